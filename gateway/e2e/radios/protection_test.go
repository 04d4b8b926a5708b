package radios

import (
	"cmp"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/e2e/programs"
	v2 "mqttsn-gateway/mqttsn/v2"
	"mqttsn-gateway/mqttsn/v2/keyfile"
	"mqttsn-gateway/mqttsn/v2/protection"
)

var (
	th7 = v2.SenderID{0x00, 0x12, 0x4b, 7: 7}
	th8 = v2.SenderID{0x00, 0x12, 0x4b, 7: 8}
)

// A guarded is a device of MQTT-SN 2.0 that protects its packets, made of the codec alone: it sends what its test says, and
// remembers every datagram that it has sent, and every counter that it was sent.
type guarded struct {
	t        testing.TB
	conn     net.Conn
	sender   *protection.Sender
	receiver protection.Receiver
	lastID   uint16
	sent     [][]byte
	counters map[uint32]bool
}

// newKey makes a device's key as an operator does.
func newKey(t testing.TB, dir string, id v2.SenderID, scheme v2.Scheme) {
	t.Helper()
	p := programs.StartIn(t, dir, nil, programs.Ours(t, "mqttsn-gateway"), "key", "--scheme", scheme.String(), "protection", id.String())
	p.Succeed()
}

func newGuarded(t testing.TB, addr, dir string, id v2.SenderID) *guarded {
	t.Helper()
	devices, err := keyfile.Load(filepath.Join(dir, "protection"))
	require.NoError(t, err)
	d := devices[id]
	key, err := protection.NewKey(d.Scheme, d.Secret)
	require.NoError(t, err)
	counter := protection.NewCounter(0)
	counter.Stored(counter.Reserve(1_000_000))
	conn, err := net.Dial("udp", addr)
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	return &guarded{
		t: t, conn: conn, sender: protection.NewSender(key, id, counter),
		receiver: protection.Receiver{ID: d.GatewayOf(id), Key: key}, counters: map[uint32]bool{},
	}
}

func (d *guarded) nextID() uint16 {
	d.lastID++
	return d.lastID
}

func (d *guarded) send(p v2.Packet) {
	d.t.Helper()
	datagram, err := d.sender.Seal(nil, p.Append(nil))
	require.NoError(d.t, err)
	d.sent = append(d.sent, datagram)
	d.write(datagram)
}

func (d *guarded) write(datagram []byte) {
	d.t.Helper()
	_, err := d.conn.Write(datagram)
	require.NoError(d.t, err)
}

// read waits for a datagram; nil if none comes within the time.
func (d *guarded) read(within time.Duration) []byte {
	d.t.Helper()
	b := make([]byte, 2000)
	require.NoError(d.t, d.conn.SetReadDeadline(time.Now().Add(within)))
	n, err := d.conn.Read(b)
	if err != nil {
		return nil
	}
	return b[:n]
}

// receive waits for a protected packet, whose counter must never have been seen before. Like every such device it pays no
// heed to packets that are not protected.
func (d *guarded) receive() v2.Packet {
	d.t.Helper()
	for {
		datagram := d.read(programs.Patience)
		require.NotNil(d.t, datagram, "the gateway is silent")
		typ, body, err := v2.Split(datagram)
		require.NoError(d.t, err)
		if typ != v2.TypeProtection {
			continue
		}
		var envelope v2.Protection
		require.NoError(d.t, envelope.Parse(body), "% x", datagram)
		require.False(d.t, d.counters[envelope.Counter], "the gateway's counter repeats: %d", envelope.Counter)
		d.counters[envelope.Counter] = true
		packet, err := d.receiver.Open(nil, datagram)
		require.NoError(d.t, err)
		got, err := v2.Parse(packet)
		require.NoError(d.t, err)
		return got
	}
}

func (d *guarded) want(p v2.Packet) {
	d.t.Helper()
	require.Equal(d.t, p.String(), d.receive().String())
}

// wantMessage takes a message.
func (d *guarded) wantMessage(payload string) {
	d.t.Helper()
	p, ok := d.receive().(*v2.Publish)
	require.True(d.t, ok)
	require.Equal(d.t, payload, string(p.Payload))
	if p.QoS > 0 {
		d.send(&v2.Puback{PacketID: p.PacketID})
	}
}

func (d *guarded) connect(clientID string) {
	d.t.Helper()
	id := d.nextID()
	d.send(&v2.Connect{CleanStart: true, PacketID: id, KeepAlive: 60, SessionExpiry: 3600, ClientID: []byte(clientID)})
	d.want(&v2.Connack{PacketID: id})
}

func (d *guarded) ping() {
	d.t.Helper()
	id := d.nextID()
	d.send(&v2.Pingreq{PacketID: id})
	d.want(&v2.Pingresp{PacketID: id})
}

func (d *guarded) publish(topic, payload string, qos v2.QoS) {
	d.t.Helper()
	p := &v2.Publish{Topic: v2.Topic{Type: v2.TopicName, Name: []byte(topic)}, QoS: qos, Payload: []byte(payload)}
	if qos > 0 {
		p.PacketID = d.nextID()
	}
	d.send(p)
	if qos > 0 {
		d.want(&v2.Puback{PacketID: p.PacketID})
	}
}

func (d *guarded) subscribe(topic string) {
	d.t.Helper()
	id := d.nextID()
	d.send(&v2.Subscribe{PacketID: id, QoS: v2.QoS1, Topic: v2.Topic{Type: v2.TopicName, Name: []byte(topic)}})
	d.want(&v2.Suback{PacketID: id, HasAlias: true, Alias: 1, Reason: v2.GrantedQoS1})
}

// ask gets something from the admin address.
func (g *gateway) ask(t testing.TB, path string) string {
	t.Helper()
	answer, err := http.Get("http://" + g.http + path)
	require.NoError(t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, answer.StatusCode, "%s", text)
	return string(text)
}

// metric reads one of the gateway's counters.
func (g *gateway) metric(t testing.TB, name string) string {
	t.Helper()
	for line := range strings.Lines(g.ask(t, "/metrics")) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			return strings.TrimSpace(value)
		}
	}
	t.Fatalf("no metric %s", name)
	return ""
}

// startProtected starts a gateway with a plain UDP link and the keys of some devices, in a file "protection" in dir.
func startProtected(t testing.TB, addr, more string, schemes map[v2.SenderID]v2.Scheme) (g *gateway, dir string) {
	t.Helper()
	programs.Ours(t, "mqttsn-gateway")
	dir = t.TempDir()
	for id, scheme := range schemes {
		newKey(t, dir, id, scheme)
	}
	section := fmt.Sprintf("protection: {keys_file: %q}\n", filepath.Join(dir, "protection"))
	return startGatewayWith(t, section, udpLink(addr, cmp.Or(more, "protection: optional"))), dir
}

// v2.0 3.17-2, 3.17.7-1, 4.2-1: killed with SIGKILL again and again, the gateway refuses every packet that it has served
// before, serves the next new one at once, and never gives a value of its own counter twice. The device's session, with its
// subscription, goes on and notices nothing.
func TestProtectedSessionSurvivesKills(t *testing.T) {
	t.Parallel()
	for _, scheme := range []v2.Scheme{v2.AESCCM64128, v2.HMACSHA256} {
		t.Run(scheme.String(), func(t *testing.T) {
			t.Parallel()
			addr := programs.FreeAddr(t)
			g, dir := startProtected(t, addr, "protection: required", map[v2.SenderID]v2.Scheme{th7: scheme})
			d := newGuarded(t, addr, dir, th7)
			d.connect("th7")
			d.subscribe("down/th7")
			for run := range 4 {
				hub := newApp(t, g, "up/#")
				d.publish("up/th7", fmt.Sprint("a ", run), v2.QoS1)
				hub.want("up/th7", fmt.Sprint("a ", run), 1)
				d.publish("up/th7", fmt.Sprint("b ", run), v2.QoS0)
				hub.want("up/th7", fmt.Sprint("b ", run), 0)
				hub.publish("down/th7", fmt.Sprint("c ", run), 0)
				d.wantMessage(fmt.Sprint("c ", run))

				g.Kill()
				g.start(t)

				hub = newApp(t, g, "up/#")
				for _, datagram := range d.sent {
					d.write(datagram)
				}
				d.publish("up/th7", "new", v2.QoS0)
				hub.want("up/th7", "new", 0)
				d.ping()
				require.Equal(t, fmt.Sprint(len(d.sent)-2), g.metric(t, `mqttsn_protection_refused_total{reason="replayed"}`))
			}
			require.Zero(t, g.logged("device connected"), "the log is that of the last run")
		})
	}
}

// v2.0 3.17-3, 3.17-4, 3.17-5: the same client id under two senders and under none makes three sessions, and nobody touches
// another's. What was tampered with is refused and changes nothing.
func TestProtectedSessionsAreKeptApart(t *testing.T) {
	t.Parallel()
	addr := programs.FreeAddr(t)
	g, dir := startProtected(t, addr, "", map[v2.SenderID]v2.Scheme{th7: v2.AESGCM128128, th8: v2.ChaCha20Poly1305})
	hub := newApp(t, g)
	seven, eight := newGuarded(t, addr, dir, th7), newGuarded(t, addr, dir, th8)
	seven.connect("th")
	seven.subscribe("down/seven")
	require.Contains(t, g.ask(t, "/api/v1/devices/th@"+th7.String()), `"identity":"`+th7.String()+`"`)
	eight.connect("th")
	eight.subscribe("down/eight")

	stranger := &guarded{t: t, conn: seven.conn} // bare packets from the very address of a protected device
	stranger.write(v2.Pingreq{PacketID: 9}.Append(nil))
	require.Equal(t, v2.Disconnect{Reason: v2.NoVirtualConnection}.Append(nil), stranger.read(programs.Patience))
	stranger.write(v2.Connect{CleanStart: true, PacketID: 1, KeepAlive: 60, ClientID: []byte("th")}.Append(nil))
	require.Equal(t, v2.Connack{PacketID: 1}.Append(nil), stranger.read(programs.Patience))
	stranger.write(v2.Disconnect{}.Append(nil))

	// Nor does it help to change what the device has sent.
	id := seven.nextID()
	tampered, err := seven.sender.Seal(nil, v2.Disconnect{PacketID: id}.Append(nil))
	require.NoError(t, err)
	for i := range tampered[1:] {
		broken := append([]byte(nil), tampered...)
		broken[i+1] ^= 0x10
		seven.write(broken)
	}
	for name, d := range map[string]*guarded{"seven": seven, "eight": eight} {
		hub.publish("down/"+name, "for "+name, 1)
		d.wantMessage("for " + name)
		d.ping()
	}
}

// The keys are read again on SIGHUP: who has lost its key is told so, who has got one comes in, and others notice nothing. A
// file with a mistake changes nothing.
func TestProtectionKeysAreReloaded(t *testing.T) {
	t.Parallel()
	addr := programs.FreeAddr(t)
	g, dir := startProtected(t, addr, "", map[v2.SenderID]v2.Scheme{th7: v2.CMAC128})
	file := filepath.Join(dir, "protection")
	seven := newGuarded(t, addr, dir, th7)
	seven.connect("th7")

	before, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, append(before, "nonsense\n"...), 0o600))
	g.Signal(syscall.SIGHUP)
	g.log.Until("protection:2: not of the form sender:scheme:key")
	seven.ping()

	require.NoError(t, os.WriteFile(file, before, 0o600))
	newKey(t, dir, th8, v2.AESCCM128256)
	g.Signal(syscall.SIGHUP)
	g.log.Until("keys of protected devices were read again")
	eight := newGuarded(t, addr, dir, th8)
	eight.connect("th8")
	seven.ping()

	after, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, after[len(before):], 0o600))
	g.Signal(syscall.SIGHUP)
	g.log.Until("keys of protected devices were read again")
	seven.send(&v2.Pingreq{PacketID: seven.nextID()})
	require.Equal(t, v2.Disconnect{Reason: v2.UnknownSenderID}.Append(nil), seven.read(programs.Patience))
	eight.ping()
	require.Equal(t, 2, g.logged("device connected"))
}

// The command line tool is a protected device too, run after run, and with a wrong key it is none.
func TestToolProtects(t *testing.T) {
	t.Parallel()
	addr := programs.FreeAddr(t)
	g, dir := startProtected(t, addr, "protection: required", map[v2.SenderID]v2.Scheme{th7: v2.HMACSHA3256})
	hub := newApp(t, g, "up/#")
	_, port, err := net.SplitHostPort(addr)
	require.NoError(t, err)
	publish := func(payload string, options ...string) *programs.Process {
		args := []string{"pub", "-V", "2.0", "-h", "127.0.0.1", "-p", port, "-t", "up/tool", "-q", "1", "-m", payload, "--retry-interval", "100ms"}
		return programs.StartIn(t, dir, nil, programs.Ours(t, "mqttsn"), append(args, options...)...)
	}
	for run := range 3 {
		publish(fmt.Sprint("run ", run), "--protection-key", "protection").Succeed()
		hub.want("up/tool", fmt.Sprint("run ", run), 1)
	}
	require.NotZero(t, publish("bare").WaitExit())
	require.NoError(t, keyfile.Add(filepath.Join(dir, "other"), th7, keyfile.New(v2.HMACSHA3256)))
	require.NotZero(t, publish("forged", "--protection-key", "other").WaitExit())
	require.NotEqual(t, "0", g.metric(t, `mqttsn_protection_refused_total{reason="forged"}`))
	require.NotEqual(t, "0", g.metric(t, `mqttsn_protection_refused_total{reason="unprotected"}`))
}
