package engine_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/mqttsn"
	v2 "mqttsn-gateway/mqttsn/v2"
	"mqttsn-gateway/radio"
)

// FuzzDatagrams20 lets four peers send any octets to an engine that speaks version 2.0, and time pass, and the gateway crash.
// Whatever comes, all that the engine sends can be read, an answer to a stranger is no longer than the question, limits
// hold, and deadlines move.
func FuzzDatagrams20(f *testing.F) {
	for _, lines := range [][]string{
		{`CONNECT client="a" pid=1 keepalive=60 expiry=600 netaddr will="w" qos=1 "x"`, `SUBSCRIBE topic="#" qos=2 pid=2`,
			`PUBLISH topic="t" qos=2 pid=3 retain "x"`, `PUBREL pid=3`, `PUBREC pid=1`, `PUBCOMP pid=1`},
		{`CONNECT client="a" pid=1 keepalive=60 maxsize=30 awake=1`, `REGISTER topic="t" pid=2`, `SUBSCRIBE topic="t" qos=1 pid=3`,
			`SLEEPREQ duration=100 pid=4`, `PINGREQ pid=5`, `PUBACK pid=1`, `CONNECT client="a" pid=6 keepalive=60`, `DISCONNECT expiry=5`},
		{`CONNECT pid=1 keepalive=60 auth=MQTT-BASIC user=u password=right`, `AUTH re-authenticate pid=2 auth=MQTT-BASIC user=u password=x`},
		{`CONNECT client="b" pid=1 keepalive=60 netaddr srvsugg expiry=never`, `CONNECTION client="b" | PINGREQ pid=2`,
			`FORWARDER address=0102 | PINGREQ pid=2`, `PUBWOS topic="t" "x"`, `SEARCHGW network=01`, `GWINFO gateway=1`, `PUBLISH topic="t" "x"`},
	} {
		var script []byte
		for i, line := range lines {
			list, err := splitLine(line)
			require.NoError(f, err)
			p, err := parsePacket20(list)
			require.NoError(f, err)
			datagram := p.Append(nil)
			script = append(script, byte(i&1), byte(len(datagram)))
			script = append(script, datagram...)
		}
		f.Add(script)
		f.Add(append(script, 0x80, 9, 0x40, 0, 0x80, 30))
	}
	f.Fuzz(func(t *testing.T, script []byte) {
		c := newConfig()
		c.Durable, c.Users, c.QoSNeg1 = true, true, true
		c.Device.Max, c.Device.Topics, c.Device.Subscriptions = 3, 4, 4
		c.Device.Queue = engine.Limit{Messages: 8, Bytes: 1 << 12}
		c.Device.MaxSleep, c.Device.Wakeup = time.Hour, true
		w, err := newWorld(c)
		require.NoError(t, err)
		for steps := 0; len(script) >= 2 && steps < 200; steps++ {
			op, n := script[0], int(script[1])
			script = script[2:]
			switch {
			case op&0x80 != 0:
				require.NoError(t, w.advance(w.now+time.Duration(n*n)*time.Second))
			case op&0x40 != 0:
				require.NoError(t, w.start())
			default:
				n = min(n, len(script))
				w.fuzzed(t, op&3, script[:n:n])
				script = script[n:]
			}
		}
	})
}

// fuzzed hands a datagram to the engine and looks at what comes of it.
func (w *world) fuzzed(t *testing.T, from byte, datagram []byte) {
	w.sent = nil
	peer := radio.Peer{from + '0'}
	before := w.engine.Stats().Strangers
	require.NoError(t, w.call(func(out *engine.Out) {
		w.engine.Datagram(w.now, 0, peer, append([]byte(nil), datagram...), out)
	}))
	for _, s := range w.sent {
		if s.wire == nil {
			continue
		}
		_, err := v2.Parse(s.wire)
		if _, older := mqttsn.Parse(s.wire); older != nil {
			require.NoError(t, err, "% x", s.wire)
		}
		if w.engine.Stats().Strangers > before {
			require.LessOrEqual(t, len(s.wire), len(datagram), "% x answered by % x", datagram, s.wire)
		}
	}
	require.LessOrEqual(t, len(w.engine.DeviceHeads()), w.config.Device.Max)
}
