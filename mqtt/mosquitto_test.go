package mqtt

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// program finds an installed program. Without it the test is skipped, but not where everything must be there.
func program(t *testing.T, name string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("short tests need no other programs")
	}
	for _, file := range []string{name, "/usr/sbin/" + name, "/usr/local/sbin/" + name} {
		if path, err := exec.LookPath(file); err == nil {
			return path
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is not installed", name)
	}
	t.Skipf("%s is not installed", name)
	return ""
}

func freePort(t *testing.T) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// mosquitto runs the broker, and returns its addresses by scheme, and a configuration that trusts it.
func mosquitto(t *testing.T) (urls map[string]string, trust *tls.Config) {
	t.Helper()
	path := program(t, "mosquitto")
	a, dir := newAuthority(t), t.TempDir()
	caFile := filepath.Join(dir, "ca.crt")
	a.write(caFile, "CERTIFICATE", a.cert.Raw)
	certFile, keyFile := a.files(dir, "broker", time.Now().Add(time.Hour))
	plain, secure, web := freePort(t), freePort(t), freePort(t)
	conf := filepath.Join(dir, "mosquitto.conf")
	require.NoError(t, os.WriteFile(conf, fmt.Appendf(nil, `
user root
allow_anonymous true
max_topic_alias 10
max_packet_size 20000
listener %d 127.0.0.1
listener %d 127.0.0.1
cafile %s
certfile %s
keyfile %s
require_certificate true
listener %d 127.0.0.1
protocol websockets
`, plain, secure, caFile, certFile, keyFile, web), 0o600))

	broker := exec.Command(path, "-v", "-c", conf)
	log, err := broker.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, broker.Start())
	running := make(chan bool, 1)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for lines := bufio.NewScanner(log); lines.Scan(); {
			if strings.HasSuffix(lines.Text(), " running") {
				running <- true
			}
		}
		running <- false
	}()
	t.Cleanup(func() {
		broker.Process.Kill()
		<-ended
		broker.Wait()
	})
	select {
	case ok := <-running:
		require.True(t, ok, "mosquitto has ended")
	case <-time.After(20 * time.Second):
		t.Fatal("mosquitto does not start")
	}
	return map[string]string{
		"mqtt":  fmt.Sprintf("mqtt://127.0.0.1:%d", plain),
		"mqtts": fmt.Sprintf("mqtts://127.0.0.1:%d", secure),
		"ws":    fmt.Sprintf("ws://127.0.0.1:%d/mqtt", web),
	}, &tls.Config{RootCAs: a.pool(), GetClientCertificate: a.keyPair("th7").GetClientCertificate}
}

// Our client's side with a real broker: every packet that a session needs, in every version, over every transport.
func TestMosquitto(t *testing.T) {
	urls, trust := mosquitto(t)
	for scheme, url := range urls {
		for _, v := range []Version{V31, V311, V5} {
			t.Run(scheme+" "+v.String(), func(t *testing.T) {
				c, err := Dial(t.Context(), DialConfig{URL: url, TLS: trust, Conn: Config{TopicAliasMaximum: 10}})
				require.NoError(t, err)
				defer c.Close()
				talk(t, c, v)
			})
		}
	}
}

func talk(t *testing.T, c *Conn, v Version) {
	say := func(p Packet) {
		t.Helper()
		require.NoError(t, c.Send(p))
		c.Flush()
	}
	props := &PublishProps{PayloadIsText: true, ContentType: "text/plain", ResponseTopic: "reply",
		CorrelationData: []byte{0, 1}, User: []UserProperty{{"rssi", "-70"}}}
	say(&Connect{Version: v, ClientID: "th7", CleanStart: true, KeepAlive: 60, User: []UserProperty{{"k", "v"}},
		Will: &Will{Topic: "gone", Payload: []byte("th7"), QoS: 1, Delay: 1, Props: props}})
	connack := wantPacket[*Connack](t, c)
	require.Equal(t, Success, connack.Reason)

	say(&Subscribe{PacketID: 1, SubscriptionID: 200, Subscriptions: []Subscription{{Filter: "plant/#", QoS: 2}, {Filter: "x", QoS: 1}}})
	require.Equal(t, []Reason{GrantedQoS2, GrantedQoS1}, wantPacket[*Suback](t, c).Reasons)

	for range 3 { // the second and third go by alias
		say(&Publish{Topic: "plant/th7", Payload: []byte("21.5"), HasExpiry: true, Expiry: 100, Props: props})
		want := &Publish{Topic: "plant/th7", Payload: []byte("21.5")}
		got := wantPacket[*Publish](t, c)
		if v == V5 {
			require.Equal(t, props, got.Props)
			require.Equal(t, []uint32{200}, got.SubscriptionIDs)
			require.True(t, got.HasExpiry)
			require.LessOrEqual(t, got.Expiry, uint32(100))
			want.HasExpiry, want.Expiry, want.SubscriptionIDs, want.Props = true, got.Expiry, []uint32{200}, props
		}
		require.Equal(t, want, got)
	}

	say(&Publish{Topic: "plant/th7", Payload: []byte("once"), QoS: 2, PacketID: 2})
	require.Equal(t, &Ack{Kind: PUBREC, PacketID: 2}, wantPacket[*Ack](t, c))
	say(&Ack{Kind: PUBREL, PacketID: 2})
	both := map[Type]Packet{} // in the order that the broker likes
	for range 2 {
		p, err := c.ReadPacket()
		require.NoError(t, err)
		both[p.Type()] = p
	}
	require.Equal(t, &Ack{Kind: PUBCOMP, PacketID: 2}, both[PUBCOMP])
	require.Contains(t, both, PUBLISH)
	once := both[PUBLISH].(*Publish)
	require.Equal(t, "once", string(once.Payload))
	say(&Ack{Kind: PUBREC, PacketID: once.PacketID})
	require.Equal(t, &Ack{Kind: PUBREL, PacketID: once.PacketID}, wantPacket[*Ack](t, c))
	say(&Ack{Kind: PUBCOMP, PacketID: once.PacketID})

	say(&Publish{Topic: "nobody", QoS: 1, PacketID: 3})
	puback := wantPacket[*Ack](t, c)
	require.Equal(t, uint16(3), puback.PacketID)
	if v == V5 {
		require.Equal(t, NoMatchingSubscribers, puback.Reason)
		require.ErrorIs(t, c.Send(&Publish{Topic: "plant/th7", Payload: make([]byte, 20_000)}), ErrPacketTooLarge)
	}

	say(&Unsubscribe{PacketID: 4, Filters: []string{"plant/#"}})
	require.Equal(t, uint16(4), wantPacket[*Unsuback](t, c).PacketID)
	say(&Pingreq{})
	wantPacket[*Pingresp](t, c)
	c.CloseWith(NormalDisconnection, "")
	_, err := c.ReadPacket()
	require.ErrorIs(t, err, net.ErrClosed)
}

// Our server's side with a real client, which gets one message for what it subscribes to.
func TestMosquittoSub(t *testing.T) {
	path := program(t, "mosquitto_sub")
	a := newAuthority(t)
	caFile := filepath.Join(t.TempDir(), "ca.crt")
	a.write(caFile, "CERTIFICATE", a.cert.Raw)
	for _, tt := range []struct {
		name   string
		listen ListenConfig
		args   []string
	}{
		{"tcp", ListenConfig{}, nil},
		{"tls", ListenConfig{TLS: a.server()}, []string{"--cafile", caFile}},
	} {
		for _, version := range []string{"31", "311", "5"} {
			t.Run(tt.name+" "+version, func(t *testing.T) {
				failed := make(chan error, 1)
				l := listen(t, tt.listen, func(c *Conn) { failed <- serveOne(c) })
				host, port, err := net.SplitHostPort(l.Addr().String())
				require.NoError(t, err)
				out, err := exec.CommandContext(t.Context(), path, append(tt.args, "-h", host, "-p", port, "-V", version,
					"-t", "plant/#", "-q", "1", "-C", "1", "-W", "20", "-i", "sub", "-v")...).CombinedOutput()
				require.NoError(t, err, "%s", out)
				require.Equal(t, "plant/th7 21.5\n", string(out))
				require.NoError(t, <-failed)
			})
		}
	}
}

// serveOne serves a client until it disconnects.
func serveOne(c *Conn) error {
	defer c.Close()
	for {
		p, err := c.ReadPacket()
		if err != nil {
			return err
		}
		switch p := p.(type) {
		case *Connect:
			c.Send(&Connack{})
		case *Subscribe:
			c.Send(&Suback{PacketID: p.PacketID, Reasons: []Reason{GrantedQoS1}})
			c.Send(&Publish{Topic: "plant/th7", QoS: 1, PacketID: 1, Payload: []byte("21.5")})
		case *Disconnect:
			return nil
		}
		c.Flush()
	}
}
