package brokertest

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// A client is a conn that fails its test.
type client struct {
	*conn
	t *testing.T
}

// newClient connects with these fields of CONNECT, and version 5 unless they say otherwise.
func newClient(t *testing.T, b *server, fields string) *client {
	t.Helper()
	nc, err := dial(b.addr, 5)
	require.NoError(t, err)
	t.Cleanup(func() { nc.Close() })
	c := &client{nc, t}
	p, err := parsePacket("CONNECT " + fields)
	require.NoError(t, err)
	c.version = int(atoi(p.get("version", "5")))
	require.NoError(t, c.sendPacket(p))
	c.want("CONNACK session=0|1")
	return c
}

// do sends a packet.
func (c *client) do(format string, args ...any) {
	c.t.Helper()
	p, err := parsePacket(fmt.Sprintf(format, args...))
	require.NoError(c.t, err)
	require.NoError(c.t, c.sendPacket(p))
}

// want takes the next packet and compares it.
func (c *client) want(format string, args ...any) packet {
	c.t.Helper()
	want, err := parsePacket(fmt.Sprintf(format, args...))
	require.NoError(c.t, err)
	got, err := c.receive()
	require.NoError(c.t, err, want)
	require.NoError(c.t, match(want, got, c.version, map[string]string{}), got)
	return got
}

// publishMany publishes numbers with QoS 1, a window of them at a time, and closes the channel when all are
// acknowledged. At most ahead of them may be unread by the subscriber, who says so by taking from tokens.
func (c *client) publishMany(topic string, count int, tokens chan struct{}) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range count {
			select {
			case tokens <- struct{}{}:
			case <-c.t.Context().Done():
				return
			}
			c.do("PUBLISH topic=%s payload=%d qos=1 id=%d", topic, i, i%60_000+1)
			if i >= window {
				c.want("PUBACK id=%d", (i-window)%60_000+1)
			}
		}
		for i := max(0, count-window); i < count; i++ {
			c.want("PUBACK id=%d", i%60_000+1)
		}
	}()
	return done
}

// window is how many messages publishMany has under way: all brokers here allow that.
const window = 20
