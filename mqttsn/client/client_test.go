package client_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/mqttsn/client"
)

// start is a client and its gateway in the bubble of a test.
func start(t *testing.T, cfg client.Config) (*client.Client, *runningGateway[*fakeGateway]) {
	near, far := newPipe()
	gateway := runGateway(far, new(fakeGateway))
	c := client.New(near, cfg)
	t.Cleanup(func() {
		require.NoError(t, c.Close())
		<-gateway.done
	})
	return c, gateway
}

// alone is a client whose gateway never says anything.
func alone(t *testing.T, cfg client.Config) (*client.Client, *pipeEnd) {
	near, far := newPipe()
	c := client.New(near, cfg)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c, far
}

func message(topic string, qos mqttsn.QoS, payload string) client.Message {
	return client.Message{Topic: client.Name(topic), QoS: qos, Payload: []byte(payload)}
}

func TestConversation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		will := &client.Will{Topic: "state", Payload: []byte("gone")}
		c, gateway := start(t, client.Config{ClientID: "dev", Will: will})
		require.NoError(t, c.Connect(ctx))
		require.Equal(t, client.Active, c.State())

		received := make(chan client.Message, 10)
		qos, err := c.Subscribe(ctx, client.Name("a/#"), mqttsn.QoS1, func(m client.Message) { received <- m })
		require.NoError(t, err)
		require.Equal(t, mqttsn.QoS1, qos)
		for _, qos := range []mqttsn.QoS{mqttsn.QoS0, mqttsn.QoS1, mqttsn.QoS2} {
			require.NoError(t, c.Publish(ctx, message("a/b", qos, fmt.Sprint(qos))))
			m := <-received
			require.Equal(t, message("a/b", qos, fmt.Sprint(qos)), m)
		}

		id, err := c.Register(ctx, "a/b")
		require.NoError(t, err)
		require.Equal(t, uint16(1), id)
		require.NoError(t, c.Unsubscribe(ctx, client.Name("a/#")))
		require.NoError(t, c.Publish(ctx, message("a/b", mqttsn.QoS1, "nobody listens")))
		require.NoError(t, c.Ping(ctx))
		require.NoError(t, c.UpdateWill(ctx, &client.Will{Topic: "state", Payload: []byte("lost")}))
		gateway.do(func(g *fakeGateway) { require.Equal(t, "state lost", g.will) })
		require.NoError(t, c.Disconnect(ctx))
		require.Equal(t, client.Disconnected, c.State())
		require.Empty(t, received)
	})
}

func TestHandlers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		c, gateway := start(t, client.Config{ClientID: "dev"})
		require.NoError(t, c.Connect(ctx))
		var got []string
		note := func(name string) func(client.Message) {
			return func(m client.Message) { got = append(got, fmt.Sprintf("%s: %s", name, m.Payload)) }
		}
		subscribe := func(filter, name string) error {
			_, err := c.Subscribe(ctx, client.Name(filter), mqttsn.QoS0, note(name))
			return err
		}
		c.OnMessage(note("otherwise"))
		require.NoError(t, subscribe("a/#", "replaced"))
		require.NoError(t, subscribe("a/#", "wildcard"))
		require.NoError(t, subscribe("a/b", "exact"))
		var rejected *client.RejectedError
		require.ErrorAs(t, subscribe("forbidden/#", "never"), &rejected)
		require.Equal(t, "mqttsn: rejected by SUBACK: not-supported", rejected.Error())

		gateway.do(func(g *fakeGateway) {
			g.publish("a/b", "1", mqttsn.QoS0)
			g.publish("a/c", "2", mqttsn.QoS0)
			g.publish("forbidden/a", "3", mqttsn.QoS0)
		})
		synctest.Wait()
		require.Equal(t, []string{"wildcard: 1", "exact: 1", "wildcard: 2", "otherwise: 3"}, got)
	})
}

// A handler may do what it likes, as long as it takes.
func TestHandlerAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		c, gateway := start(t, client.Config{ClientID: "dev"})
		require.NoError(t, c.Connect(ctx))
		_, err := c.Subscribe(ctx, client.Name("question"), mqttsn.QoS1, func(m client.Message) {
			time.Sleep(time.Minute)
			require.NoError(t, c.Publish(ctx, message("answer", mqttsn.QoS2, string(m.Payload))))
		})
		require.NoError(t, err)
		const questions = 100 // more than wait for a handler
		gateway.do(func(g *fakeGateway) {
			for i := range questions {
				g.publish("question", fmt.Sprint(i), mqttsn.QoS1)
			}
		})
		time.Sleep((questions + 1) * time.Minute)
		gateway.do(func(g *fakeGateway) {
			require.Len(t, g.uplink, questions)
			require.Equal(t, "answer 99", g.uplink[questions-1])
		})
	})
}

func TestSleepAndWake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		c, gateway := start(t, client.Config{ClientID: "dev", KeepAlive: time.Minute})
		require.NoError(t, c.Connect(ctx))
		var got []string
		c.OnMessage(func(m client.Message) { got = append(got, string(m.Payload)) })
		require.ErrorIs(t, c.Wake(ctx), client.ErrNotAsleep)
		require.NoError(t, c.Sleep(ctx, time.Hour))
		for range 3 {
			require.Equal(t, client.Asleep, c.State())
			got = nil
			gateway.do(func(g *fakeGateway) {
				g.publish("a", "1", mqttsn.QoS1)
				g.publish("a", "2", mqttsn.QoS2)
			})
			time.Sleep(50 * time.Minute)
			require.Empty(t, got)
			require.NoError(t, c.Wake(ctx))
			synctest.Wait()
			require.Equal(t, []string{"1", "2"}, got)
		}
		require.NoError(t, c.Connect(ctx))
		require.Equal(t, client.Active, c.State())
	})
}

func TestSilentGateway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, far := alone(t, client.Config{ClientID: "dev"})
		start := time.Now()
		require.ErrorIs(t, c.Connect(t.Context()), client.ErrTimeout)
		require.Equal(t, 40*time.Second, time.Since(start))
		require.Len(t, far.in, 4)
	})
}

func TestContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := alone(t, client.Config{ClientID: "dev"})
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		start := time.Now()
		require.ErrorIs(t, c.Connect(ctx), context.DeadlineExceeded)
		require.Equal(t, 3*time.Second, time.Since(start))
		synctest.Wait()
		require.Equal(t, client.Disconnected, c.State())
		require.ErrorIs(t, c.Connect(ctx), context.DeadlineExceeded)
	})
}

func TestKeepAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := newPipe()
		gateway := &counter{pipeEnd: far}
		running := runGateway(gateway, new(fakeGateway))
		c := client.New(near, client.Config{ClientID: "dev", KeepAlive: time.Minute})
		require.NoError(t, c.Connect(t.Context()))
		time.Sleep(time.Hour)
		synctest.Wait()
		require.Equal(t, 1+80, gateway.reads) // every 45 s
		require.Equal(t, client.Active, c.State())
		require.NoError(t, c.Close())
		<-running.done
	})
}

// A counter counts the datagrams that are read.
type counter struct {
	*pipeEnd
	reads int
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.pipeEnd.Read(b)
	if err == nil {
		c.reads++
	}
	return n, err
}

func TestLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		c, gateway := start(t, client.Config{ClientID: "dev", Resume: true})
		require.NoError(t, c.Connect(ctx))
		var lost []error
		c.OnLost(func(err error) {
			lost = append(lost, err)
			require.NoError(t, c.Connect(ctx))
		})
		gateway.do(func(g *fakeGateway) { *g = fakeGateway{} }) // a restart without a memory
		require.NoError(t, c.Publish(ctx, message("a", mqttsn.QoS1, "x")))
		require.Equal(t, []error{client.ErrDisconnected}, lost)
		gateway.do(func(g *fakeGateway) { require.Equal(t, []string{"a x"}, g.uplink) })
	})
}

// A broken transport is the end of the client.
func TestTransportFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := newPipe()
		c := client.New(&failing{pipeEnd: near}, client.Config{ClientID: "dev"})
		lost := make(chan error, 1)
		c.OnLost(func(err error) { lost <- err })
		errs := make(chan error, 1)
		go func() { errs <- c.Connect(t.Context()) }()
		synctest.Wait()
		_, err := far.Write(nil)
		require.NoError(t, err)
		require.ErrorIs(t, <-errs, io.ErrUnexpectedEOF)
		require.ErrorIs(t, <-lost, io.ErrUnexpectedEOF)
		require.ErrorIs(t, c.Ping(t.Context()), io.ErrUnexpectedEOF)
		require.NoError(t, c.Close())
	})
}

// A failing transport ends with the first datagram that it brings.
type failing struct{ *pipeEnd }

func (f *failing) Read(b []byte) (int, error) {
	n, err := f.pipeEnd.Read(b)
	if err == nil {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := alone(t, client.Config{ClientID: "dev"})
		errs := make(chan error, 1)
		go func() { errs <- c.Connect(t.Context()) }()
		synctest.Wait()
		require.NoError(t, c.Close())
		require.ErrorIs(t, <-errs, client.ErrClosed)
		require.ErrorIs(t, c.Connect(t.Context()), client.ErrClosed)
		require.Equal(t, client.Disconnected, c.State())
	})
}

// What has been acknowledged is handed on, even to handlers that are slow.
func TestCloseHandsOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, gateway := start(t, client.Config{ClientID: "dev"})
		require.NoError(t, c.Connect(t.Context()))
		var got int
		c.OnMessage(func(client.Message) { time.Sleep(time.Second); got++ })
		gateway.do(func(g *fakeGateway) {
			for range 10 {
				g.publish("a", "x", mqttsn.QoS1)
			}
		})
		synctest.Wait()
		require.NoError(t, c.Close())
		require.Equal(t, 10, got)
	})
}

func TestDial(t *testing.T) {
	address := serveUDP(t)
	c, err := client.Dial(t.Context(), address, client.Config{ClientID: "dev"})
	require.NoError(t, err)
	defer c.Close()
	require.NoError(t, c.Connect(t.Context()))
	require.NoError(t, c.Publish(t.Context(), message("a", mqttsn.QoS2, "x")))

	_, err = client.Dial(t.Context(), "no port", client.Config{})
	require.Error(t, err)
}

// The reason why nobody answers is worth telling, and no reason to give up early.
func TestDialNobody(t *testing.T) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	address := conn.LocalAddr().String()
	require.NoError(t, conn.Close())

	c, err := client.Dial(t.Context(), address, client.Config{ClientID: "dev", RetryInterval: 20 * time.Millisecond})
	require.NoError(t, err)
	defer c.Close()
	start := time.Now()
	err = c.Connect(t.Context())
	require.ErrorIs(t, err, client.ErrTimeout)
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
	require.GreaterOrEqual(t, time.Since(start), 80*time.Millisecond)
}
