package engine

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"mqttsn-gateway/mqtt"
	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/radio"
)

// benchPeer is the address of the i-th device.
func benchPeer(i int) (p radio.Peer) {
	p[0], p[1], p[2], p[3] = 1, byte(i>>16), byte(i>>8), byte(i)
	return p
}

// fleet connects n devices, each with a topic of its own, registered as id 1 and subscribed to.
func fleet(b testing.TB, n int) (*Engine, *Out) {
	c := DefaultConfig("udp")
	c.Links[0].Advertise = 0
	c.Device.Rate = 0
	c.Device.Max = n
	e, err := New(c)
	if err != nil {
		b.Fatal(err)
	}
	out := new(Out)
	say := func(i int, p mqttsn.Packet) {
		d, _ := mqttsn.Encode(p)
		e.Datagram(0, 0, benchPeer(i), d, out)
		out.Reset()
	}
	for i := range n {
		id := []byte(fmt.Sprintf("sensor-%05d", i))
		topic := []byte(fmt.Sprintf("plant/sensors/%05d/temp", i)[:24])
		say(i, &mqttsn.Connect{Flags: mqttsn.FlagCleanSession, ProtocolID: mqttsn.ProtocolID, Duration: 600, ClientID: id})
		say(i, &mqttsn.Subscribe{Flags: mqttsn.QoS1.Flags(), MsgID: 1, TopicName: topic})
	}
	return e, out
}

// watcher subscribes an ordinary client to everything, with QoS 0.
func watcher(e *Engine, out *Out) {
	e.Accepted(0, 1, ConnInfo{Welcome: true}, out)
	e.Packet(0, 1, &mqtt.Connect{Version: mqtt.V5, ClientID: "watcher", CleanStart: true}, out)
	e.Packet(0, 1, &mqtt.Subscribe{PacketID: 1, Subscriptions: []mqtt.Subscription{{Filter: "#"}}}, out)
	out.Reset()
}

// BenchmarkUp is one publication of a device to one ordinary client with QoS 0, and its acknowledgement.
func BenchmarkUp(b *testing.B) {
	for _, devices := range []int{10, 10_000} {
		for qos := range 2 {
			b.Run(fmt.Sprintf("devices=%d/qos=%d", devices, qos), func(b *testing.B) {
				e, out := fleet(b, devices)
				for _, d := range e.devices {
					d.leaveSubscriptions()
				}
				watcher(e, out)
				publish := &mqttsn.Publish{Flags: mqttsn.QoS(qos).Flags(), TopicID: 1, Data: []byte("temperature 21.5")}
				var buf []byte
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					publish.MsgID = uint16(i)
					buf = publish.Append(buf[:0])
					e.Datagram(time.Duration(i), 0, benchPeer(i%devices), buf, out)
					if i%32 == 31 {
						e.Buffered(time.Duration(i), 1, 0, out)
						out.Reset()
					}
				}
			})
		}
	}
}

func (d *Device) leaveSubscriptions() {
	for _, s := range d.subs {
		d.e.detach(s)
	}
	d.subs = nil
}

// TestMemoryOfSleepers is the memory of sleeping devices, each with a client id of 12 octets, one topic and one
// subscription of 24. The limit leaves room for what the links and the runtime take.
func TestMemoryOfSleepers(t *testing.T) {
	const devices, limit = 20_000, 1300
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	e, out := fleet(t, devices)
	sleep, _ := mqttsn.Encode(&mqttsn.Disconnect{Duration: 3600})
	for i := range devices {
		e.Datagram(0, 0, benchPeer(i), sleep, out)
		out.Reset()
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	each := (after.HeapAlloc - before.HeapAlloc) / devices
	t.Logf("%d octets a device", each)
	if each > limit {
		t.Errorf("%d octets a device, want at most %d", each, limit)
	}
	if e.stats.Devices(Asleep) != devices {
		t.Errorf("%d devices are asleep", e.stats.Devices(Asleep))
	}
}
