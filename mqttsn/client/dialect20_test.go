package client

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqttsn"
	v2 "mqttsn-gateway/mqttsn/v2"
)

// Comments such as "v2.0 3.1.6-1" name the draft's statements that a test is about: see docs/conformance-2.0.md.

// steady takes chance out of the waits between retries: it makes 0 of every range. (Always 0 would be drawn again for ever.)
type steady struct{}

func (steady) Uint64() uint64 { return 1<<32 | 1 }

// device20 is a device that speaks version 2.0.
func device20(t *testing.T, cfg Config, o V2) *device {
	o.Rand = rand.New(steady{})
	cfg.V2 = &o
	if cfg.KeepAlive == 0 {
		cfg.KeepAlive = time.Hour
	}
	return newDevice(t, cfg)
}

// connected20 is one with a new session. Its last packet identifier is 1.
func connected20(t *testing.T, cfg Config, o V2) *device {
	d := device20(t, cfg, o)
	req := d.Connect(d.now, &d.out)
	require.Len(t, d.out.Send, 1)
	d.out.Reset()
	d.gets(v2.Connack{PacketID: 1})
	d.succeeded(req)
	d.out.Reset()
	return d
}

func asleep20(t *testing.T, cfg Config, o V2) *device {
	d := connected20(t, cfg, o)
	req := d.Sleep(d.now, time.Hour, &d.out)
	d.gets(v2.Sleepresp{PacketID: 2})
	d.succeeded(req)
	d.out.Reset()
	return d
}

func (d *device) refused(req Request, typ v2.Type, reason v2.ReasonCode) {
	d.t.Helper()
	d.collect()
	var refused *ReasonError
	require.ErrorAs(d.t, d.results[req].Err, &refused)
	require.Equal(d.t, typ, refused.Type)
	require.Equal(d.t, reason, refused.Reason)
}

// lostFor says that the connection is gone, and that the gateway was told so.
func (d *device) lostFor(reason string) {
	d.t.Helper()
	require.Error(d.t, d.lost)
	require.Equal(d.t, Disconnected, d.State())
	require.NotEmpty(d.t, d.out.Send)
	require.Contains(d.t, d.words(d.out.Send[len(d.out.Send)-1]), "DISCONNECT "+reason)
}

func message20(topic string, qos mqttsn.QoS) Message {
	return Message{Topic: Name(topic), QoS: qos, Payload: []byte("x")}
}

// v2.0 3.1.6-3, 4.4.2-4, 4.4.2-5, 4.4.2-7, 4.9-2
func TestRetransmission20(t *testing.T) {
	tests := []struct {
		name  string
		ask   func(*device) Request
		first string
	}{
		{"ping", func(d *device) Request { return d.Ping(d.now, &d.out) }, "PINGREQ pid=2"},
		{"sleep", func(d *device) Request { return d.Sleep(d.now, time.Minute, &d.out) }, "SLEEPREQ duration=60 pid=2 retain-aliases"},
		{"register", func(d *device) Request { return d.Register(d.now, "a", &d.out) }, `REGISTER topic="a" pid=2`},
		{"subscribe", func(d *device) Request { return d.Subscribe(d.now, Name("a"), 1, &d.out) }, `SUBSCRIBE topic="a" qos=1 pid=2`},
		{"unsubscribe", func(d *device) Request { return d.Unsubscribe(d.now, Predefined(7), &d.out) },
			"UNSUBSCRIBE topic=predefined:7 pid=2"},
		{"publish", func(d *device) Request { return d.Publish(d.now, Message{Topic: Predefined(7), QoS: 1}, &d.out) },
			`PUBLISH topic=predefined:7 qos=1 pid=2 ""`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := connected20(t, Config{Retries: 2}, V2{})
			req := tt.ask(d)
			later := d.Register(d.now, "later", &d.out)
			d.wants(tt.first)
			d.after(5*time.Second - 1)
			d.wants()
			d.after(1)
			d.wants(tt.first)
			d.after(10 * time.Second)
			d.wants(tt.first)
			d.pending(req)
			d.after(20 * time.Second)
			d.failed(req, ErrTimeout)
			d.failed(later, ErrNotConnected)
			d.lostFor("unspecified-error")
		})
	}
}

// v2.0 4.12.1-1, 3.1.7-2, 3.2.2-2, 3.8.2-2, 3.16.2-2, 3.13.2-2, 3.4.2-2
func TestWrongPacketsIn20(t *testing.T) {
	for name, tt := range map[string]struct {
		datagram []byte
		reason   string
	}{
		"reserved bits":     {[]byte{6, 0x03, 0x0C, 0, 1, 'x'}, "malformed-packet"},
		"reserved type":     {[]byte{2, 0x19}, "malformed-packet"},
		"SUBACK":            {[]byte{6, 0x09, 0xF1, 0, 9, 1}, "malformed-packet"},
		"SLEEPRESP":         {[]byte{5, 0x14, 0xF0, 0, 9}, "malformed-packet"},
		"REGISTER":          {[]byte{8, 0x10, 0xF1, 0, 9, 0, 1, 'x'}, "malformed-packet"},
		"DISCONNECT":        {[]byte{3, 0x0E, 0xF0}, "malformed-packet"},
		"what clients send": {v2.Pingreq{PacketID: 5}.Append(nil), "protocol-error"},
		"too large":         {make([]byte, 1401), "packet-too-large"},
	} {
		t.Run(name, func(t *testing.T) {
			d := connected20(t, Config{}, V2{})
			d.Receive(d.now, tt.datagram, &d.out)
			d.collect()
			d.lostFor(tt.reason)
		})
	}
	t.Run("CONNACK", func(t *testing.T) {
		d := device20(t, Config{}, V2{})
		req := d.Connect(d.now, &d.out)
		d.Receive(d.now, []byte{2, 0x19}, &d.out) // says nothing of our CONNECT
		d.pending(req)
		d.Receive(d.now, []byte{6, 0x02, 0xF0, 0, 1, 0}, &d.out)
		d.failed(req, v2.ErrReservedBits)
		require.Equal(t, Disconnected, d.State())
	})
	t.Run("of no connection", func(t *testing.T) {
		d := connected20(t, Config{}, V2{})
		d.Receive(d.now, []byte{5, 0x16, 1, 0, 0, 9}, &d.out)
		d.Receive(d.now, []byte{6, 0x12, 0, 0, 9, 'x'}, &d.out)
		d.wants()
		require.Equal(t, Active, d.State())
	})
}

func TestUnsupported(t *testing.T) {
	d := connected20(t, Config{}, V2{})
	d.failed(d.UpdateWill(d.now, &Will{Topic: "w"}, &d.out), ErrUnsupported)
	d = connected(t, Config{})
	d.failed(d.SubscribeWith(d.now, Name("a"), 0, SubscribeOptions{NoLocal: true}, &d.out), ErrUnsupported)
	d.wants()
}

// Waits double up to a minute, and vary by up to a quarter of the first.
func TestPatience20(t *testing.T) {
	c := NewCore(Config{RetryInterval: 4 * time.Second, V2: &V2{Rand: rand.New(rand.NewPCG(1, 2))}})
	seen := make(map[time.Duration]bool)
	for i := range 100 {
		c.resends = i % 10
		wait := c.version.patience()
		least := min(4*time.Second<<c.resends, time.Minute)
		require.GreaterOrEqual(t, wait, least)
		require.LessOrEqual(t, wait, least+time.Second)
		seen[wait-least] = true
	}
	require.Greater(t, len(seen), 50)
}
