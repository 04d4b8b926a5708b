package brokertest

import (
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/e2e/programs"
)

// TestSlowConsumerSlowsNobody: a subscriber that does not read costs a bounded amount of memory, and nobody else anything.
func TestSlowConsumerSlowsNobody(t *testing.T) {
	const count, size = 4000, 10 << 10
	eachBroker(t, func(t *testing.T, b *server) {
		for _, qos := range []int{0, 1} {
			slow := newClient(t, b, fmt.Sprint("client=slow", qos))
			slow.do("SUBSCRIBE id=1 filter=t qos=%d", qos)
			slow.want("SUBACK id=1 codes=%d", qos)
		}
		quick := newClient(t, b, "client=quick")
		quick.do("SUBSCRIBE id=1 filter=t qos=1")
		quick.want("SUBACK id=1 codes=1")
		before, err := b.ResidentMemory()
		require.NoError(t, err)

		publisher := newClient(t, b, "client=publisher")
		for i := range count {
			publisher.do("PUBLISH topic=t payload=x*%d qos=1 id=%d", size, i+1)
			m := quick.want("PUBLISH topic=t payload=x*%d qos=1", size)
			quick.do("PUBACK id=%s", m.get("id", ""))
			publisher.want("PUBACK id=%d", i+1)
		}
		after, err := b.ResidentMemory()
		require.NoError(t, err)
		require.Less(t, int64(after)-int64(before), int64(count*size*2), "two queues of everything")
	})
}

// TestRetainedBeyondTheQueue: who subscribes to more retained messages than a queue holds gets all of them, in the client's
// own time, those of QoS 0 as well. Mosquitto drops what its queue does not hold.
func TestRetainedBeyondTheQueue(t *testing.T) {
	const count, batch = 12_000, 50 // a queue holds 10,000
	for name, data := range map[string]string{"in memory": "", "with a store": t.TempDir()} {
		t.Run(name, func(t *testing.T) {
			b := startGateway(t, data, normal)
			publisher := newClient(t, b, "client=publisher")
			for i := 0; i < count; i += 2 * batch {
				for j := range batch {
					publisher.do("PUBLISH topic=plant/zero/%d payload=%d retain", i+j, i+j)
					publisher.do("PUBLISH topic=plant/one/%d payload=%d retain qos=1 id=%d", i+j, i+batch+j, j+1)
				}
				for j := range batch {
					publisher.want("PUBACK id=%d", j+1)
				}
			}
			a := newClient(t, b, "client=a session-expiry=600")
			a.do("SUBSCRIBE id=1 filter=plant/# qos=1")
			a.want("SUBACK id=1 codes=1")
			got := make(map[string]bool)
			for range count {
				m := a.want("PUBLISH topic=* payload=* retain=1 qos=*")
				got[m.get("payload", "")] = true
				if id := m.get("id", ""); id != "" {
					a.do("PUBACK id=%s", id)
				}
			}
			require.Len(t, got, count)
			require.NoError(t, a.quiet())
		})
	}
}

// TestUnreadAnswersAreBounded: who asks and does not read the answers is closed before they take much memory.
func TestUnreadAnswersAreBounded(t *testing.T) {
	b := startGateway(t, "", normal)
	greedy := newClient(t, b, "client=greedy")
	pings := []byte(strings.Repeat("\xc0\x00", 32<<10))
	sent := 0
	for greedy.send(pings) == nil {
		sent += len(pings)
		require.Less(t, sent, 512<<20, "the gateway reads and reads")
	}
	memory, err := b.ResidentMemory()
	require.NoError(t, err)
	require.Less(t, memory, uint64(100<<20))
	require.NoError(t, newClient(t, b, "client=other").quiet())
}

// TestSlowLoris: connections that never come to the end of their CONNECT are closed in time, and hinder nobody meanwhile.
func TestSlowLoris(t *testing.T) {
	const count = 200
	b := startGatewayAt(t, programs.FreeAddr(t), "", "  connect_timeout: 2s\n  connect_rate: 0\n")
	good := newClient(t, b, "client=good")
	var wg sync.WaitGroup
	closed := make(chan time.Duration, count)
	for range count {
		nc, err := net.Dial("tcp", b.addr)
		require.NoError(t, err)
		defer nc.Close()
		begun := time.Now()
		wg.Go(func() { // an octet every now and then, of a CONNECT with a long client id
			for _, octet := range []byte("\x10\x7f\x00\x04MQTT\x04\x02\x00\x00\x00\x70" + strings.Repeat("x", 112)) {
				if _, err := nc.Write([]byte{octet}); err != nil {
					break
				}
				nc.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
				if _, err := nc.Read(make([]byte, 1)); err == io.EOF {
					break
				}
			}
			closed <- time.Since(begun)
		})
	}
	for range 50 {
		require.NoError(t, good.quiet())
		require.NoError(t, newClient(t, b, "client=new").quiet())
	}
	wg.Wait()
	close(closed)
	for d := range closed {
		require.Less(t, d, 8*time.Second, "the last octet would have come after 12 s")
	}
}

// TestConnectFlood: ten thousand connects, and as many a second as the machine can make, stay within the limits, and
// those who are connected are served.
func TestConnectFlood(t *testing.T) {
	const attempts, limit = 10_000, 500
	b := startGatewayAt(t, programs.FreeAddr(t), "", fmt.Sprintf("  max_clients: %d\n  connect_rate: 0\n", limit))
	a, c := newClient(t, b, "client=a"), newClient(t, b, "client=c")
	a.do("SUBSCRIBE id=1 filter=t qos=1")
	a.want("SUBACK id=1 codes=1")

	flood := make(chan struct{})
	var open []net.Conn
	go func() {
		defer close(flood)
		for i := range attempts {
			nc, err := net.Dial("tcp", b.addr)
			if err != nil {
				continue // refused, which is what limits are for
			}
			open = append(open, nc)
			if i%2 == 0 { // half of them are silent
				p, _ := parsePacket(fmt.Sprint("CONNECT client=flood", i))
				octets, _ := p.encode(5)
				nc.Write(octets)
			}
			if len(open) > 2*limit {
				open[0].Close()
				open = open[1:]
			}
		}
	}()
	begun, worst := time.Now(), time.Duration(0)
	for flooding := true; flooding; {
		select {
		case <-flood:
			flooding = false
		default:
		}
		sent := time.Now()
		c.do("PUBLISH topic=t payload=x qos=1 id=1")
		m := a.want("PUBLISH topic=t payload=x qos=1")
		a.do("PUBACK id=%s", m.get("id", ""))
		c.want("PUBACK id=1")
		worst = max(worst, time.Since(sent))
	}
	t.Logf("%.0f connects a second; the worst round trip of a message meanwhile was %v", attempts/time.Since(begun).Seconds(), worst)
	require.Less(t, worst, 2*time.Second)
	for _, nc := range open {
		nc.Close()
	}
	require.Eventually(t, func() bool { // there is room again
		nc, err := dial(b.addr, 5)
		if err != nil {
			return false
		}
		defer nc.Close()
		p, _ := parsePacket("CONNECT client=late")
		if nc.sendPacket(p) != nil {
			return false
		}
		_, err = nc.receive()
		return err == nil
	}, patience, 50*time.Millisecond)
	memory, err := b.ResidentMemory()
	require.NoError(t, err)
	require.Less(t, memory, uint64(150<<20))
}

// TestLimitPerHost: one host cannot take all the room.
func TestLimitPerHost(t *testing.T) {
	b := startGatewayAt(t, programs.FreeAddr(t), "", "  max_clients_per_host: 3\n")
	var clients []*client
	for i := range 3 {
		clients = append(clients, newClient(t, b, fmt.Sprint("client=c", i)))
	}
	nc, err := dial(b.addr, 5)
	if err == nil {
		defer nc.Close()
		require.NoError(t, nc.closes(""))
	}
	for _, c := range clients {
		require.NoError(t, c.quiet())
	}
}

// TestSessionLimit: sessions that are kept count, and who is one too many is told.
func TestSessionLimit(t *testing.T) {
	b := startGatewayAt(t, programs.FreeAddr(t), "", "  max_sessions: 2\n")
	a := newClient(t, b, "client=a session-expiry=600")
	a.do("DISCONNECT")
	require.NoError(t, a.closes(""))
	newClient(t, b, "client=b")
	nc, err := dial(b.addr, 5)
	require.NoError(t, err)
	c := &client{nc, t}
	defer c.Close()
	c.do("CONNECT client=c")
	c.want("CONNACK reason=0x97")
	newClient(t, b, "client=a clean=0")
}

// TestReceiveMaximumOfTheGateway: a client of MQTT 5 that has too much under way is closed with 0x93; one of version 3.1.1
// knows no such limit.
func TestReceiveMaximumOfTheGateway(t *testing.T) {
	b := startGateway(t, "", normal)
	for _, version := range []int{4, 5} {
		c := newClient(t, b, fmt.Sprintf("client=c version=%d", version))
		for i := range 100 {
			c.do("PUBLISH topic=t qos=2 id=%d", i+1)
			c.want("PUBREC id=%d", i+1)
		}
		c.do("PUBLISH topic=t qos=2 id=101")
		if version == 5 {
			require.NoError(t, c.closes("0x93"))
			continue
		}
		c.want("PUBREC id=101")
		require.NoError(t, c.quiet())
	}
}

// TestLargeMessagesThroughTheStore: more than the store takes at once comes at once, and the store goes on.
func TestLargeMessagesThroughTheStore(t *testing.T) {
	const pairs, each = 20, 7 // of about a megabyte: a queue takes eight
	b := startGateway(t, t.TempDir(), normal)
	var wg sync.WaitGroup
	for i := range pairs {
		s := newClient(t, b, fmt.Sprintf("client=s%d session-expiry=600", i))
		s.do("SUBSCRIBE id=1 filter=large/%d qos=1", i)
		s.want("SUBACK id=1 codes=1")
		s.do("DISCONNECT")
		require.NoError(t, s.closes(""))
		c := newClient(t, b, fmt.Sprint("client=p", i))
		wg.Go(func() {
			for j := range each {
				c.do("PUBLISH topic=large/%d payload=x*1048000 qos=1 id=%d", i, j+1)
			}
			for j := range each {
				c.want("PUBACK id=%d reason=0", j+1)
			}
		})
	}
	wg.Wait()
	for i := range pairs {
		s := newClient(t, b, fmt.Sprintf("client=s%d clean=0 session-expiry=600 receive-maximum=%d", i, each))
		for range each {
			s.want("PUBLISH topic=large/%d payload=x*1048000 qos=1", i)
		}
	}
	require.NotContains(t, string(b.Stderr.Bytes()), "level=error")
}

// TestHalfOpen: connections whose peers are gone, or say that they will send no more, are closed in time, their wills are
// published, and their sessions end.
func TestHalfOpen(t *testing.T) {
	const count = 100
	eachBroker(t, func(t *testing.T, b *server) {
		watcher := newClient(t, b, "client=watcher")
		watcher.do("SUBSCRIBE id=1 filter=gone/+")
		watcher.want("SUBACK id=1 codes=0")
		var done []*client // have said that they send no more
		for i := range count {
			c := newClient(t, b, fmt.Sprintf("client=mute%d keepalive=1 will=gone/%d will.payload=x", i, i))
			if i%2 == 0 {
				require.NoError(t, c.Conn.(*net.TCPConn).CloseWrite())
				done = append(done, c)
			}
		}
		left := make(map[string]bool)
		for range count {
			left[watcher.want("PUBLISH topic=* payload=x").get("topic", "")] = true
		}
		require.Len(t, left, count)
		for _, c := range done {
			require.NoError(t, c.closes(""))
		}
	})
}
