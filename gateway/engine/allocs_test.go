package engine

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqtt"
	"mqttsn-gateway/mqttsn"
)

// TestAllocations holds the paths of messages to what outlives the call: the message and its payload, shared by all who get
// it; a packet for each ordinary client; with QoS 1 and 2, what answers when the disk and all receivers have it. Nothing
// else is allocated, and nothing at all for a ping.
func TestAllocations(t *testing.T) {
	const topic = "plant/sensors/00000/temp"
	say := func(p mqttsn.Packet) func(*Engine, *Out) {
		b := p.Append(nil)
		return func(e *Engine, out *Out) { e.Datagram(e.now, 0, benchPeer(0), b, out) }
	}
	hear := func(p mqtt.Packet) func(*Engine, *Out) {
		return func(e *Engine, out *Out) { e.Packet(e.now, 1, p, out) }
	}
	up := func(qos mqttsn.QoS) func(*Engine, *Out) {
		return say(&mqttsn.Publish{Flags: qos.Flags(), TopicID: 1, MsgID: 7, Data: []byte("temperature 21.5")})
	}
	down := func(qos byte) func(*Engine, *Out) {
		return hear(&mqtt.Publish{Topic: topic, QoS: qos, PacketID: uint16(qos), Payload: []byte("on")})
	}
	// settle acknowledges what the engine has just sent to the device.
	settle := func(e *Engine, out *Out) {
		var p mqttsn.Publish
		for _, d := range out.Datagrams {
			if typ, body, _ := mqttsn.Split(d.Data); typ == mqttsn.TypePublish && p.Parse(body) == nil {
				e.Datagram(e.now, 0, benchPeer(0), mqttsn.Puback{TopicID: p.TopicID, MsgID: p.MsgID}.Append(make([]byte, 0, 8)), out)
			}
		}
	}
	for _, c := range []struct {
		name    string
		watched bool // by an ordinary client with QoS 0
		steps   []func(*Engine, *Out)
		most    float64
	}{
		{"ping", false, []func(*Engine, *Out){say(&mqttsn.Pingreq{})}, 0},
		{"QoS 0 up, to nobody", false, []func(*Engine, *Out){up(0)}, 2},
		{"QoS 1 up, to nobody", false, []func(*Engine, *Out){up(1)}, 4},
		{"QoS 2 up, to nobody", false, []func(*Engine, *Out){up(2), say(&mqttsn.Pubrel{MsgID: 7})}, 5},
		{"QoS 0 up, to one", true, []func(*Engine, *Out){up(0)}, 3},
		{"QoS 1 up, to one", true, []func(*Engine, *Out){up(1)}, 5},
		{"QoS 2 up, to one", true, []func(*Engine, *Out){up(2), say(&mqttsn.Pubrel{MsgID: 7})}, 6},
		{"QoS 0 down", true, []func(*Engine, *Out){down(0)}, 2},
		{"QoS 1 down", true, []func(*Engine, *Out){down(1), settle}, 5},
	} {
		e, out := fleet(t, 1)
		watcher(e, out)
		if strings.Contains(c.name, "up") {
			for _, d := range e.devices {
				d.leaveSubscriptions() // or it would hear itself
			}
		}
		if !c.watched {
			e.Packet(0, 1, &mqtt.Unsubscribe{PacketID: 2, Filters: []string{"#"}}, out)
		}
		require.LessOrEqual(t, testing.AllocsPerRun(200, func() {
			for _, step := range c.steps {
				step(e, out)
			}
			e.Buffered(e.now, 1, 0, out)
			out.Reset()
		}), c.most, c.name)
	}
}
