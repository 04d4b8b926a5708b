package client

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqttsn"
	v2 "mqttsn-gateway/mqttsn/v2"
)

// A device is a Core with a test around it. What it sends is compared as text; requests are made with the functions
// that a Core has, and their results collected.
type device struct {
	*Core
	t        *testing.T
	now      time.Duration
	out      Out
	results  map[Request]Result
	messages []string
	lost     error
}

func newDevice(t *testing.T, cfg Config) *device {
	if cfg.ClientID == "" {
		cfg.ClientID = "dev"
	}
	return &device{Core: NewCore(cfg), t: t, results: make(map[Request]Result)}
}

// connected is a device with a clean, quiet session.
func connected(t *testing.T, cfg Config) *device {
	cfg.CleanSession = true
	d := newDevice(t, cfg)
	req := d.Connect(d.now, &d.out)
	d.wants(fmt.Sprintf("CONNECT client=%s duration=%d clean", d.cfg.ClientID, d.cfg.KeepAlive/time.Second))
	d.gets(mqttsn.Connack{})
	d.succeeded(req)
	return d
}

// asleep is a device that has been sent to sleep for an hour.
func asleep(t *testing.T, cfg Config) *device {
	d := connected(t, cfg)
	req := d.Sleep(d.now, time.Hour, &d.out)
	d.wants("DISCONNECT duration=3600")
	d.gets(mqttsn.Disconnect{})
	d.succeeded(req)
	require.Equal(t, Asleep, d.State())
	return d
}

// knows tells the device a normal topic id.
func (d *device) knows(id uint16, name string) {
	d.t.Helper()
	d.gets(mqttsn.Register{TopicID: id, MsgID: 99, TopicName: []byte(name)})
	d.wants(fmt.Sprintf("REGACK accepted id=%d msgid=99", id))
}

// gets hands packets from the gateway to the device.
func (d *device) gets(packets ...interface{ Append([]byte) []byte }) {
	for _, p := range packets {
		d.Receive(d.now, p.Append(nil), &d.out)
		d.collect()
	}
}

// after lets time pass, with a tick at every deadline.
func (d *device) after(pass time.Duration) {
	d.t.Helper()
	end := d.now + pass
	for ticks := 0; ; ticks++ {
		require.Less(d.t, ticks, 1000, "deadlines do not move")
		at, ok := d.Deadline()
		if !ok || at > end {
			break
		}
		d.now = max(d.now, at)
		d.Tick(d.now, &d.out)
		d.collect()
	}
	d.now = end
}

// wants compares what the device has sent since it was last asked.
func (d *device) wants(lines ...string) {
	d.t.Helper()
	var sent []string
	for _, b := range d.out.Send {
		sent = append(sent, d.words(b))
	}
	d.collect()
	d.out.Reset()
	require.Equal(d.t, lines, sent)
}

// words is what a datagram says, in the device's version of the protocol.
func (d *device) words(datagram []byte) string {
	d.t.Helper()
	var p fmt.Stringer
	var err error
	if d.cfg.V2 != nil {
		p, err = v2.Parse(datagram)
	} else {
		p, err = mqttsn.Parse(datagram)
	}
	require.NoError(d.t, err)
	return p.String()
}

// collect notes all but what is sent.
func (d *device) collect() {
	for _, res := range d.out.Done {
		require.NotContains(d.t, d.results, res.Request, "told twice")
		d.results[res.Request] = res
	}
	for _, m := range d.out.Messages {
		d.messages = append(d.messages, fmt.Sprintf("%v qos=%d %s", m.Topic, m.QoS, m.Payload))
	}
	if d.out.Lost != nil {
		d.lost = d.out.Lost
	}
	d.out.Done, d.out.Messages, d.out.Lost = d.out.Done[:0], d.out.Messages[:0], nil
}

func (d *device) pending(req Request) {
	d.t.Helper()
	d.collect()
	require.NotContains(d.t, d.results, req)
}

func (d *device) succeeded(req Request) Result {
	d.t.Helper()
	d.collect()
	require.Contains(d.t, d.results, req, "still waiting")
	require.NoError(d.t, d.results[req].Err)
	return d.results[req]
}

func (d *device) failed(req Request, want error) {
	d.t.Helper()
	d.collect()
	require.Contains(d.t, d.results, req, "still waiting")
	require.ErrorIs(d.t, d.results[req].Err, want)
}

func (d *device) rejected(req Request, typ mqttsn.Type, code mqttsn.ReturnCode) {
	d.t.Helper()
	d.collect()
	var rejected *RejectedError
	require.ErrorAs(d.t, d.results[req].Err, &rejected)
	require.Equal(d.t, RejectedError{typ, code}, *rejected)
}

func (d *device) received(messages ...string) {
	d.t.Helper()
	d.collect()
	require.Equal(d.t, messages, d.messages)
	d.messages = nil
}

// Each request is sent again when nobody answers, and given up in the end.
func TestRetransmission(t *testing.T) {
	tests := []struct {
		name      string
		ask       func(*device) Request
		first     string
		again     string
		lostAfter bool
	}{
		{"connect", func(d *device) Request { return d.Connect(d.now, &d.out) },
			"CONNECT client=dev duration=0 clean", "CONNECT client=dev duration=0 clean", false},
		{"disconnect", func(d *device) Request { return d.Disconnect(d.now, &d.out) },
			"DISCONNECT", "DISCONNECT", false},
		{"sleep", func(d *device) Request { return d.Sleep(d.now, time.Minute, &d.out) },
			"DISCONNECT duration=60", "DISCONNECT duration=60", true},
		{"ping", func(d *device) Request { return d.Ping(d.now, &d.out) },
			"PINGREQ", "PINGREQ", true},
		{"register", func(d *device) Request { return d.Register(d.now, "a", &d.out) },
			`REGISTER topic="a" msgid=1`, `REGISTER topic="a" msgid=1`, true},
		{"publish", func(d *device) Request {
			return d.Publish(d.now, Message{Topic: Short("ab"), QoS: mqttsn.QoS1}, &d.out)
		}, `PUBLISH topic=short:ab qos=1 msgid=1 ""`, `PUBLISH topic=short:ab qos=1 msgid=1 dup ""`, true},
		{"subscribe", func(d *device) Request { return d.Subscribe(d.now, Name("a"), mqttsn.QoS1, &d.out) },
			`SUBSCRIBE topic="a" qos=1 msgid=1`, `SUBSCRIBE topic="a" qos=1 msgid=1 dup`, true},
		{"unsubscribe", func(d *device) Request { return d.Unsubscribe(d.now, Predefined(7), &d.out) },
			"UNSUBSCRIBE topic=predefined:7 msgid=1", "UNSUBSCRIBE topic=predefined:7 msgid=1", true},
		{"update will", func(d *device) Request { return d.UpdateWill(d.now, &Will{Topic: "w"}, &d.out) },
			`WILLTOPICUPD topic="w" qos=0`, `WILLTOPICUPD topic="w" qos=0`, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := connected(t, Config{RetryInterval: 5 * time.Second, Retries: 2})
			req := tt.ask(d)
			d.wants(tt.first)
			d.after(5*time.Second - 1)
			d.wants()
			d.after(1)
			d.wants(tt.again)
			d.after(5 * time.Second)
			d.wants(tt.again)
			d.pending(req)
			d.after(5 * time.Second)
			d.wants()
			d.failed(req, ErrTimeout)
			require.Equal(t, Disconnected, d.State())
			if tt.lostAfter {
				require.ErrorIs(t, d.lost, ErrTimeout)
			} else {
				require.NoError(t, d.lost)
			}
			require.Zero(t, d.Waiting())
		})
	}
}

func TestOneRequestAtATime(t *testing.T) {
	d := connected(t, Config{Queue: 2})
	first := d.Subscribe(d.now, Name("a"), mqttsn.QoS0, &d.out)
	second := d.Publish(d.now, Message{Topic: Predefined(1), QoS: mqttsn.QoS1, Payload: []byte("x")}, &d.out)
	third := d.Disconnect(d.now, &d.out)
	fourth := d.Ping(d.now, &d.out)
	d.failed(fourth, ErrQueueFull)
	require.Equal(t, 3, d.Waiting())

	d.wants(`SUBSCRIBE topic="a" qos=0 msgid=1`)
	d.gets(mqttsn.Suback{TopicID: 5, MsgID: 1})
	d.succeeded(first)
	d.wants(`PUBLISH topic=predefined:1 qos=1 msgid=2 "x"`)
	d.gets(mqttsn.Puback{TopicID: 1, MsgID: 2})
	d.succeeded(second)
	d.wants("DISCONNECT")
	d.gets(mqttsn.Disconnect{})
	d.succeeded(third)
	require.Equal(t, Disconnected, d.State())
}

func TestRequestsNeedASession(t *testing.T) {
	d := newDevice(t, Config{})
	d.failed(d.Ping(d.now, &d.out), ErrNotConnected)
	d.failed(d.Disconnect(d.now, &d.out), ErrNotConnected)
	d.failed(d.Publish(d.now, Message{Topic: Name("a"), QoS: mqttsn.QoS1}, &d.out), ErrNotConnected)
	d.failed(d.Wake(d.now, &d.out), ErrNotAsleep)
	d.wants()

	d = asleep(t, Config{})
	d.failed(d.Publish(d.now, Message{Topic: Name("a")}, &d.out), ErrNotConnected)
	d.failed(d.Ping(d.now, &d.out), ErrNotConnected)
	d.wants()
}

func TestInvalidRequests(t *testing.T) {
	d := connected(t, Config{})
	for _, topic := range []Topic{Name(""), Name("a/+"), Name("#"), Short("abc"), Short("a"), Predefined(0),
		Predefined(0xFFFF), {Type: 3, Name: "a"}} {
		d.failed(d.Publish(d.now, Message{Topic: topic}, &d.out), ErrInvalid)
	}
	d.failed(d.Publish(d.now, Message{Topic: Name("a"), QoS: 3}, &d.out), ErrInvalid)
	d.failed(d.Publish(d.now, Message{Topic: Name("a"), QoS: mqttsn.QoSMinus1}, &d.out), ErrInvalid)
	d.failed(d.Subscribe(d.now, Name(""), mqttsn.QoS0, &d.out), ErrInvalid)
	d.failed(d.Subscribe(d.now, Name("a"), mqttsn.QoSMinus1, &d.out), ErrInvalid)
	d.failed(d.Unsubscribe(d.now, Short("a"), &d.out), ErrInvalid)
	d.failed(d.Register(d.now, "a/#", &d.out), ErrInvalid)
	d.failed(d.Sleep(d.now, 0, &d.out), ErrInvalid)
	d.failed(d.Sleep(d.now, 65536*time.Second, &d.out), ErrInvalid)
	d.failed(d.UpdateWill(d.now, &Will{}, &d.out), ErrInvalid)
	d.failed(d.UpdateWill(d.now, &Will{Topic: "w", QoS: 3}, &d.out), ErrInvalid)
	d.wants()
}

func TestTooLong(t *testing.T) {
	d := connected(t, Config{MTU: 20})
	long := Message{Topic: Short("ab"), Payload: make([]byte, 14), QoS: mqttsn.QoS1}
	d.failed(d.Publish(d.now, long, &d.out), mqttsn.ErrTooLong)
	long.QoS = mqttsn.QoSMinus1
	d.failed(d.Publish(d.now, long, &d.out), mqttsn.ErrTooLong)
	long.QoS = mqttsn.QoS0
	d.failed(d.Publish(d.now, long, &d.out), mqttsn.ErrTooLong)
	d.failed(d.Register(d.now, "a/rather/long/topic", &d.out), mqttsn.ErrTooLong)
	d.wants()
	require.Equal(t, Active, d.State())

	fits := Message{Topic: Short("ab"), Payload: make([]byte, 13)}
	d.succeeded(d.Publish(d.now, fits, &d.out))

	d = newDevice(t, Config{ClientID: "a-rather-long-client-id", MTU: 20})
	d.failed(d.Connect(d.now, &d.out), mqttsn.ErrTooLong)
	require.Equal(t, Disconnected, d.State())
}

func TestCancel(t *testing.T) {
	d := connected(t, Config{})
	ping := d.Ping(d.now, &d.out)
	waiting := d.Register(d.now, "a", &d.out)
	last := d.Register(d.now, "b", &d.out)
	d.wants("PINGREQ")
	d.Cancel(d.now, waiting, &d.out)
	d.Cancel(d.now, ping, &d.out)
	d.wants() // the ping is still under way
	d.gets(mqttsn.Pingresp{})
	d.wants(`REGISTER topic="b" msgid=1`)
	d.gets(mqttsn.Regack{TopicID: 1, MsgID: 1})
	d.succeeded(last)
	d.pending(ping)
	d.pending(waiting)

	connect := d.Connect(d.now, &d.out)
	require.Equal(t, Connecting, d.State())
	d.Cancel(d.now, connect, &d.out)
	require.Equal(t, Disconnected, d.State())
	d.pending(connect)
}

func TestMsgIDs(t *testing.T) {
	d := connected(t, Config{FirstMsgID: 0xFFFF})
	for _, id := range []uint16{0xFFFF, 1, 2} { // 0 stands for none
		req := d.Unsubscribe(d.now, Name("a"), &d.out)
		d.wants(fmt.Sprintf(`UNSUBSCRIBE topic="a" msgid=%d`, id))
		d.gets(mqttsn.Unsuback{MsgID: id + 1})
		d.pending(req)
		d.gets(mqttsn.Unsuback{MsgID: id})
		d.succeeded(req)
	}
}

// What nobody asked for changes nothing.
func TestStrayPackets(t *testing.T) {
	stray := []interface{ Append([]byte) []byte }{
		mqttsn.Connack{ReturnCode: mqttsn.NotSupported}, mqttsn.WillTopicReq{}, mqttsn.WillMsgReq{},
		mqttsn.Regack{TopicID: 1, MsgID: 1}, mqttsn.Puback{TopicID: 1, MsgID: 1, ReturnCode: mqttsn.Congestion},
		mqttsn.Pubrec{MsgID: 1}, mqttsn.Pubcomp{MsgID: 1}, mqttsn.Suback{MsgID: 1}, mqttsn.Unsuback{MsgID: 1},
		mqttsn.Pingresp{}, mqttsn.WillTopicResp{}, mqttsn.WillMsgResp{}, mqttsn.Advertise{}, mqttsn.SearchGw{},
		mqttsn.GwInfo{}, mqttsn.Connect{ClientID: []byte("x")}, mqttsn.Subscribe{MsgID: 1, TopicName: []byte("x")},
	}
	d := connected(t, Config{})
	d.gets(stray...)
	d.wants()
	require.Equal(t, Active, d.State())

	req := d.Ping(d.now, &d.out)
	d.wants("PINGREQ")
	for _, p := range stray {
		if _, ok := p.(mqttsn.Pingresp); !ok {
			d.gets(p)
		}
	}
	d.pending(req)
	d.gets(mqttsn.Pingresp{})
	d.succeeded(req)

	d = asleep(t, Config{})
	d.gets(stray...)
	d.gets(mqttsn.Pingreq{}, mqttsn.Disconnect{}, mqttsn.Publish{Flags: mqttsn.ShortName.Flags(), TopicID: 0x6161})
	d.wants()
	d.received()
	require.Equal(t, Asleep, d.State())
}
