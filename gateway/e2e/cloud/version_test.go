package cloud

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/e2e/programs"
	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/mqttsn/client"
)

// TestVersion311: by itself with a broker that knows no MQTT 5, and where it was told to.
func TestVersion311(t *testing.T) {
	t.Parallel()
	broker := programs.FreeAddr(t)
	log := programs.StartMosquitto(t, broker, t.TempDir(), "log_type all").StderrLines()

	g := startGateway(t, fmt.Sprintf("url: 'mqtt://%s'", startOldFront(t, broker)))
	newDevice(t, g, "th7").served()
	g.log.Until("does not know MQTT 5")
	require.Contains(t, log.Until(" as th7 "), "(p2,")

	g = startGateway(t, fmt.Sprintf("url: 'mqtt://%s', version: 3.1.1", broker))
	newDevice(t, g, "th8").served()
	require.Contains(t, log.Until(" as th8 "), "(p2,")
}

// TestOldBrokerServes: behind a broker that speaks only 3.1.1 a device hears what it subscribed to, retained and new, with
// every QoS, before and after that broker was restarted; and the will of a device that falls silent is published.
func TestOldBrokerServes(t *testing.T) {
	t.Parallel()
	broker, dir := programs.FreeAddr(t), t.TempDir()
	mosquitto := programs.StartMosquitto(t, broker, dir, "persistence true")
	g := startGateway(t, fmt.Sprintf("url: 'mqtt://%s'", startOldFront(t, broker)))
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()

	wills := subscribeWith(t, broker, "gone/th8")
	silent, err := client.Dial(ctx, g.udp, client.Config{
		ClientID: "th8", KeepAlive: 2 * time.Second, Will: &client.Will{Topic: "gone/th8", Payload: []byte("th8"), QoS: mqttsn.QoS1},
	})
	require.NoError(t, err)
	require.NoError(t, silent.Connect(ctx))
	require.NoError(t, silent.Close()) // says no goodbye
	wills.Until("gone/th8 th8")

	c, err := client.Dial(ctx, g.udp, client.Config{
		ClientID: "th7", KeepAlive: time.Minute, RetryInterval: 2 * time.Second, Retries: 5,
	})
	require.NoError(t, err)
	defer c.Close()
	heard := make(chan string, 10)
	require.NoError(t, c.Connect(ctx))
	_, err = c.Subscribe(ctx, client.Name("plant/#"), mqttsn.QoS2, func(m client.Message) { heard <- string(m.Payload) })
	require.NoError(t, err)
	publish := func(qos mqttsn.QoS, payload string) {
		t.Helper()
		m := client.Message{Topic: client.Name("plant/th7"), QoS: qos, Payload: []byte(payload)}
		require.NoError(t, c.Publish(ctx, m))
	}
	wait := func(want string) {
		t.Helper()
		select {
		case got := <-heard:
			require.Equal(t, want, got)
		case <-ctx.Done():
			t.Fatalf("the device hears nothing, want %s", want)
		}
	}
	for qos, payload := range []string{"zero", "one", "two"} {
		publish(mqttsn.QoS(qos), payload)
		wait(payload)
	}

	mosquitto.Stop()
	programs.StartMosquitto(t, broker, dir, "persistence true")
	g.log.Until("connection to the upstream broker lost")
	g.log.Until("connected to the upstream broker")
	publish(mqttsn.QoS2, "again")
	wait("again")
}

func TestVersion5IsInsistedOn(t *testing.T) {
	t.Parallel()
	g := startGateway(t, fmt.Sprintf("url: 'mqtt://%s', version: 5", startOldFront(t, startBroker(t))))
	newDevice(t, g, "th7").refused(mqttsn.NotSupported)
	g.log.Until("Unsupported protocol version")
}

// startOldFront makes a broker one that knows no MQTT 5, and says so as those brokers do.
func startOldFront(t testing.TB, broker string) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	serve(t, l, func(ctx context.Context, c net.Conn) {
		connect := bufio.NewReader(c)
		begin, err := connect.Peek(10)
		if err != nil {
			return
		}
		if _, after, _ := bytes.Cut(begin, []byte("MQTT")); len(after) == 0 || after[0] > 4 {
			c.Write([]byte{0x20, 0x02, 0x00, 0x01})
			return
		}
		join(ctx, readAhead{c, connect}, broker)
	})
	return l.Addr().String()
}

// readAhead is a connection of which something was read already.
type readAhead struct {
	net.Conn
	from io.Reader
}

func (r readAhead) Read(b []byte) (int, error) { return r.from.Read(b) }
