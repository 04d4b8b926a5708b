package client

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqttsn"
	v2 "mqttsn-gateway/mqttsn/v2"
)

// FuzzCore lets bytes be requests, datagrams and time. Whatever a gateway says, the client does not panic, sends only
// packets, keeps no deadline that has passed, tells each result once, and does not grow.
func FuzzCore(f *testing.F) {
	connack, suback := mqttsn.Connack{}.Append(nil), mqttsn.Suback{TopicID: 1, MsgID: 1}.Append(nil)
	f.Add([]byte{0}, true)
	f.Add(append(append([]byte{0, 20}, connack...), 3, 10, 0, 30, 10, 50, 60), false)
	f.Add(append(append(append([]byte{0, 20}, connack...), 5, 20), suback...), true)
	f.Add(append(append([]byte{0, 20}, connack...), 8, 20, 2, 24, 9, 20, 4, 12, 0, 0, 0, 10, 30, 250), true)

	f.Fuzz(func(t *testing.T, script []byte, resume bool) {
		parse := func(b []byte) error { _, err := mqttsn.Parse(b); return err }
		play(t, script, Config{Resume: resume}, parse)
	})
}

// FuzzCore20 is FuzzCore in version 2.0.
func FuzzCore20(f *testing.F) {
	begin := append([]byte{0, 20}, v2.Connack{PacketID: 1}.Append(nil)...)
	f.Add([]byte{0}, true)
	f.Add(append(slices.Clone(begin), append([]byte{5, 20}, v2.Suback{PacketID: 2, HasAlias: true}.Append(nil)...)...), false)
	f.Add(append(slices.Clone(begin), append([]byte{8, 20}, v2.Sleepresp{PacketID: 2}.Append(nil)...)...), true)
	f.Add(append(slices.Clone(begin), 3, 20, 8, 0x11, 4, 0, 2, 0, 5, 10, 20, 30, 250), true)

	f.Fuzz(func(t *testing.T, script []byte, resume bool) {
		parse := func(b []byte) error { _, err := v2.Parse(b); return err }
		play(t, script, Config{Resume: resume, V2: &V2{Roaming: resume, Rand: rand.New(rand.NewPCG(1, 2))}}, parse)
	})
}

// play lets a client live through a script. What it sends has to be a packet of its version.
func play(t *testing.T, script []byte, cfg Config, parse func([]byte) error) {
	cfg.ClientID, cfg.KeepAlive, cfg.Queue, cfg.Topics, cfg.Will = "dev", time.Minute, 4, 4, &Will{Topic: "w"}
	var (
		out  Out
		now  time.Duration
		told = make(map[Request]bool)
		last Request
	)
	c := NewCore(cfg)
	for len(script) > 0 {
		op := script[0]
		script = script[1:]
		switch op {
		case 0:
			last = c.Connect(now, &out)
		case 1:
			last = c.Disconnect(now, &out)
		case 2:
			last = c.Ping(now, &out)
		case 3:
			last = c.Publish(now, Message{Topic: Name("a"), QoS: mqttsn.QoS2}, &out)
		case 4:
			last = c.Publish(now, Message{Topic: Short("ab"), QoS: mqttsn.QoS1}, &out)
		case 5:
			last = c.Subscribe(now, Name("a"), mqttsn.QoS1, &out)
		case 6:
			last = c.Unsubscribe(now, Predefined(7), &out)
		case 7:
			last = c.UpdateWill(now, nil, &out)
		case 8:
			last = c.Sleep(now, time.Minute, &out)
		case 9:
			last = c.Wake(now, &out)
		case 10:
			c.Cancel(now, last, &out)
		default:
			if op >= 20 && op < 24 && len(script) > 0 { // a datagram of the length that its first octet says
				n := min(int(script[0]), len(script))
				c.Receive(now, script[:n], &out)
				script = script[n:]
				break
			}
			now += time.Duration(op) * time.Second
			c.Tick(now, &out)
			at, ok := c.Deadline()
			require.False(t, ok && at <= now, "a deadline has passed")
		}

		for _, b := range out.Send {
			require.NoError(t, parse(b))
		}
		for _, res := range out.Done {
			require.False(t, told[res.Request], "told twice")
			told[res.Request] = true
		}
		require.LessOrEqual(t, c.Waiting(), 4+2)
		require.LessOrEqual(t, len(c.topics.names), 4)
		require.LessOrEqual(t, len(c.topics.ids), 4)
		require.LessOrEqual(t, len(c.inbound.unreleased), maxUnreleased)
		require.Equal(t, c.current == nil, c.step == stepNone)
		require.Equal(t, c.state == Connecting, c.connecting())
		require.Equal(t, c.state == Awake, c.step == stepWake)
		out.Reset()
	}
}
