package ledger

import (
	"encoding/binary"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/e2e/programs"
	"mqttsn-gateway/mqttsn"
)

// A crowd is very many devices behind one forwarder: they share a socket, and have a node id each. It knows the protocol
// just well enough to fill a gateway with sessions.
type crowd struct {
	t     *testing.T
	conn  net.Conn
	steps []func(i int) mqttsn.Packet // what each device says; the next when it is answered
	step  []int                       // of each device
	since []time.Time
}

const (
	crowdWindow = 500 // devices that wait for an answer at a time
	crowdRetry  = 2 * time.Second
)

func newCrowd(t *testing.T, gateway string, n int) *crowd {
	conn, err := net.Dial("udp", gateway)
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	conn.(*net.UDPConn).SetReadBuffer(4 << 20)
	return &crowd{t: t, conn: conn, step: make([]int, n), since: make([]time.Time, n)}
}

func crowdID(i int) string { return fmt.Sprintf("crowd-%06d", i) }

// enter has every device connect, subscribe and fall asleep.
func (c *crowd) enter() {
	c.steps = []func(i int) mqttsn.Packet{
		func(i int) mqttsn.Packet {
			return &mqttsn.Connect{ProtocolID: mqttsn.ProtocolID, Duration: 3600, ClientID: []byte(crowdID(i))}
		},
		func(i int) mqttsn.Packet {
			return &mqttsn.Subscribe{Flags: mqttsn.QoS1.Flags(), MsgID: 1, TopicName: []byte("down/" + crowdID(i))}
		},
		func(int) mqttsn.Packet { return &mqttsn.Disconnect{Duration: 3600} },
	}
	c.play(len(c.step))
}

// wake wants the first n devices to be known.
func (c *crowd) wake(n int) {
	c.steps = []func(i int) mqttsn.Packet{
		func(i int) mqttsn.Packet { return &mqttsn.Pingreq{ClientID: []byte(crowdID(i))} },
	}
	c.play(n)
}

// play takes the first n devices through all steps, and wants each answer to be the one that says yes.
func (c *crowd) play(n int) {
	clear(c.step)
	late := time.Now().Add(10 * time.Minute)
	begun, done := 0, 0
	for done < n {
		require.True(c.t, time.Now().Before(late), "%d of %d devices are done", done, n)
		for begun < n && begun-done < crowdWindow {
			c.say(begun)
			begun++
		}
		i, answered := c.hear()
		if !answered {
			c.repeat(begun)
			continue
		}
		if c.step[i]++; c.step[i] < len(c.steps) {
			c.say(i)
		} else {
			done++
		}
	}
}

func (c *crowd) say(i int) {
	node := binary.BigEndian.AppendUint32(nil, uint32(i))
	packet := c.steps[c.step[i]](i).Append(nil)
	_, err := c.conn.Write(mqttsn.Forward{NodeID: node, Inner: packet}.Append(nil))
	require.NoError(c.t, err)
	c.since[i] = time.Now()
}

// hear waits for an answer to what a device has said last.
func (c *crowd) hear() (i int, answered bool) {
	var b [512]byte
	c.conn.SetReadDeadline(time.Now().Add(crowdRetry))
	for {
		n, err := c.conn.Read(b[:])
		if err != nil {
			return 0, false
		}
		node, _, inner, err := mqttsn.SplitForward(b[:n])
		require.NoError(c.t, err)
		i = int(binary.BigEndian.Uint32(node))
		packet, err := mqttsn.Parse(inner)
		require.NoError(c.t, err)
		if c.step[i] < len(c.steps) && c.isYes(c.steps[c.step[i]](i), packet) {
			return i, true
		}
	}
}

func (c *crowd) isYes(question, answer mqttsn.Packet) bool {
	switch p := answer.(type) {
	case *mqttsn.Connack:
		require.Equal(c.t, mqttsn.Accepted, p.ReturnCode)
		return question.Type() == mqttsn.TypeConnect
	case *mqttsn.Suback:
		require.Equal(c.t, mqttsn.Accepted, p.ReturnCode)
		return question.Type() == mqttsn.TypeSubscribe
	case *mqttsn.Disconnect:
		require.Equal(c.t, mqttsn.TypeDisconnect, question.Type(), "the gateway does not know the device")
		return true
	case *mqttsn.Pingresp:
		return question.Type() == mqttsn.TypePingreq
	}
	return false
}

// repeat says again what was not answered in time.
func (c *crowd) repeat(begun int) {
	for i := range begun {
		if c.step[i] < len(c.steps) && time.Since(c.since[i]) > crowdRetry {
			c.say(i)
		}
	}
}

// A rawDevice says what it is told to.
type rawDevice struct {
	t    *testing.T
	conn net.Conn
}

func newRawDevice(t *testing.T, gateway string) *rawDevice {
	conn, err := net.Dial("udp", gateway)
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	return &rawDevice{t, conn}
}

func (d *rawDevice) say(p mqttsn.Packet) {
	_, err := d.conn.Write(p.Append(nil))
	require.NoError(d.t, err)
}

// hear waits for a packet of this type.
func (d *rawDevice) hear(want mqttsn.Type) {
	var b [512]byte
	d.conn.SetReadDeadline(time.Now().Add(programs.Patience))
	for {
		n, err := d.conn.Read(b[:])
		require.NoError(d.t, err, "waiting for %v", want)
		if typ, _, _ := mqttsn.Split(b[:n]); typ == want {
			return
		}
	}
}
