package client

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqttsn"
	v2 "mqttsn-gateway/mqttsn/v2"
	"mqttsn-gateway/mqttsn/v2/protection"
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

// v2.0 3.1.2.2-1, 3.1.2.3-1, 3.1.2.3-2, 3.1.2.4-1, 3.1.2.4-2, 3.1.2.5-1, 3.1.2.5-2, 3.1.3-1, 3.1.3-2, 3.1.5-1, 3.1.6-4, 3.1.7-1
// v2.0 3.1.11-1, 3.1.18-1
func TestConnect20(t *testing.T) {
	tests := []struct {
		name    string
		cfg     Config
		options V2
		want    string
	}{
		{"least", Config{MTU: 100, KeepAlive: 1500 * time.Millisecond}, V2{}, `CONNECT client="dev" pid=1 keepalive=2 maxsize=100`},
		{"no keep alive", Config{MTU: 100}, V2{}, `CONNECT client="dev" pid=1 keepalive=3600 maxsize=100`},
		{"all", Config{MTU: 100, CleanSession: true, KeepAlive: time.Minute,
			Will: &Will{Topic: "w", Payload: []byte("gone"), QoS: mqttsn.QoS1, Retain: true}},
			V2{SessionExpiry: time.Hour, AwakeMessages: 5, Suggestions: true, UserName: "u", Password: []byte("p")},
			`CONNECT client="dev" pid=1 keepalive=60 maxsize=100 awake=5 expiry=3600 clean srvsugg auth="MQTT-BASIC" (6 octets) will="w" qos=1 retain "gone"`},
		{"for ever", Config{MTU: 100}, V2{SessionExpiry: NeverExpires + time.Hour},
			`CONNECT client="dev" pid=1 keepalive=3600 maxsize=100 expiry=never`},
		{"will on a predefined topic", Config{MTU: 100, Predefined: map[uint16]string{7: "w"}, Will: &Will{Topic: "w"}}, V2{},
			`CONNECT client="dev" pid=1 keepalive=3600 maxsize=100 will=predefined:7 qos=0 ""`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := device20(t, tt.cfg, tt.options)
			req := d.Connect(d.now, &d.out)
			d.wants(tt.want)
			d.pending(req)
			d.gets(v2.Connack{PacketID: 1})
			d.succeeded(req)
			require.Equal(t, Active, d.State())
		})
	}
	require.Equal(t, 65535*time.Second, NewCore(Config{V2: new(V2)}).Session().KeepAlive)
}

// Each attempt is a new packet.
// v2.0 2.2-1, 4.4.2-1, 4.4.2-2, 3.1.19-6
func TestConnectAttempts20(t *testing.T) {
	d := device20(t, Config{MTU: 100, Retries: 2}, V2{})
	req := d.Connect(d.now, &d.out)
	publish := d.Publish(d.now, message20("a", 0), &d.out)
	d.wants(`CONNECT client="dev" pid=1 keepalive=3600 maxsize=100`)
	d.after(5 * time.Second)
	d.wants(`CONNECT client="dev" pid=2 keepalive=3600 maxsize=100`)
	d.gets(v2.Connack{PacketID: 1}, v2.Publish{Topic: v2.Topic{Type: v2.TopicName, Name: []byte("a")}})
	d.received()
	d.pending(req)
	d.after(10 * time.Second)
	d.wants(`CONNECT client="dev" pid=3 keepalive=3600 maxsize=100`)
	d.after(20 * time.Second)
	d.wants()
	d.failed(req, ErrTimeout)
	d.failed(publish, ErrNotConnected)
	require.Equal(t, Disconnected, d.State())
}

func TestConnectRefused20(t *testing.T) {
	d := device20(t, Config{}, V2{})
	req := d.Connect(d.now, &d.out)
	d.gets(v2.Connack{PacketID: 1, Reason: v2.NotAuthorized})
	d.refused(req, v2.TypeConnack, v2.NotAuthorized)
	require.Equal(t, Disconnected, d.State())

	// What is said of an earlier connection does not end this one, what is said of protection does.
	d = device20(t, Config{}, V2{})
	req = d.Connect(d.now, &d.out)
	d.gets(v2.Disconnect{PacketID: 77, Reason: v2.NoVirtualConnection}, v2.Disconnect{Reason: v2.KeepAliveTimeout})
	d.pending(req)
	d.gets(v2.Disconnect{Reason: v2.ProtectionRequired})
	d.refused(req, v2.TypeDisconnect, v2.ProtectionRequired)
	require.Equal(t, Disconnected, d.State())
}

// v2.0 3.2.6-1, 3.16.4-1, 3.1.6-1
func TestSuggestions20(t *testing.T) {
	d := device20(t, Config{ClientID: "-"}, V2{Suggestions: true})
	d.session.ClientID = ""
	d.Connect(d.now, &d.out)
	d.gets(v2.Connack{PacketID: 1, KeepAlive: 40, HasExpiry: true, SessionExpiry: 60, ClientID: []byte("assigned")})
	d.out.Reset()
	require.Equal(t, Session{ClientID: "assigned", KeepAlive: 40 * time.Second, Expiry: time.Minute}, d.Session())
	d.after(30*time.Second - 1)
	d.wants()
	d.after(1)
	d.wants("PINGREQ pid=2")
	d.gets(v2.Pingresp{PacketID: 2, HasRemaining: true, Remaining: v2.RemainingUnknown})
	require.Equal(t, -1, d.Session().Remaining)
	d.Sleep(d.now, time.Hour, &d.out)
	d.gets(v2.Sleepresp{PacketID: 3, Duration: 120})
	require.Equal(t, 2*time.Minute, d.Session().Sleep)
	d.Connect(d.now, &d.out)
	d.wants("SLEEPREQ duration=3600 pid=3 retain-aliases", `CONNECT client="assigned" pid=4 keepalive=3600 maxsize=1400 srvsugg`)
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

// v2.0 4.3.4-1, 4.3.4-2, 4.3.4-3, 4.3.4-4, 4.3.4-5, 4.3.4-6, 4.3.4-7, 4.3.4-8, 3.4-1, 3.4.2-1, 3.4.2.1-1
func TestPublishQoS2In20(t *testing.T) {
	d := connected20(t, Config{}, V2{})
	req := d.Publish(d.now, message20("a", 2), &d.out)
	d.wants(`REGISTER topic="a" pid=2`)
	d.gets(v2.Regack{PacketID: 2, HasAlias: true, AliasType: v2.SessionAlias, Alias: 33})
	d.wants(`PUBLISH topic=session:33 qos=2 pid=3 "x"`)
	d.after(5 * time.Second)
	d.wants(`PUBLISH topic=session:33 qos=2 pid=3 dup "x"`)
	d.gets(v2.Pubrec{PacketID: 3})
	d.wants("PUBREL success pid=3")
	d.after(5 * time.Second)
	d.wants("PUBREL success pid=3")
	d.gets(v2.Pubrec{PacketID: 3})
	d.wants()
	d.pending(req)
	d.gets(v2.Pubcomp{PacketID: 3, Reason: v2.PacketIDNotFound})
	d.succeeded(req)
}

// v2.0 4.3.2-1, 4.3.3-1, 4.3.3-2, 4.3.3-3, 3.6.2.2.3-1, 3.6.2.3-1, 3.6.2.3-2, 2.2-2, 4.7.2-1
func TestPublishIn20(t *testing.T) {
	d := connected20(t, Config{Predefined: map[uint16]string{7: "known"}}, V2{FullNames: true})
	d.succeeded(d.Publish(d.now, message20("a", 0), &d.out))
	d.succeeded(d.Publish(d.now, message20("known", 0), &d.out))
	d.succeeded(d.Publish(d.now, Message{Topic: Short("ab")}, &d.out))
	d.wants(`PUBLISH topic="a" qos=0 "x"`, `PUBLISH topic=predefined:7 qos=0 "x"`, `PUBLISH topic="ab" qos=0 ""`)

	d.gets(v2.Register{PacketID: 9, HasAlias: true, Alias: 33, TopicName: []byte("a")})
	req := d.Publish(d.now, message20("a", 1), &d.out)
	d.wants("REGACK success pid=9", `PUBLISH topic=session:33 qos=1 pid=2 "x"`)
	d.after(5 * time.Second)
	d.wants(`PUBLISH topic=session:33 qos=1 pid=2 "x"`)
	d.gets(v2.Puback{PacketID: 3}, v2.Pubrec{PacketID: 2}, v2.Puback{PacketID: 2, Reason: v2.NoMatchingSubscribers})
	require.Equal(t, v2.NoMatchingSubscribers, d.succeeded(req).Reason)
	d.wants()

	req = d.Publish(d.now, message20("a", 1), &d.out)
	d.gets(v2.Puback{PacketID: 3, Reason: v2.NotAuthorized})
	d.refused(req, v2.TypePuback, v2.NotAuthorized)
	d.out.Reset()

	req = d.Publish(d.now, message20("a", 2), &d.out)
	d.gets(v2.Pubrec{PacketID: 4, Reason: v2.Congestion})
	d.refused(req, v2.TypePubrec, v2.Congestion)
	require.Equal(t, Active, d.State())
}

// An alias that the gateway has forgotten is asked for again, once; one that it does not give is not needed.
func TestAliasesIn20(t *testing.T) {
	d := connected20(t, Config{}, V2{})
	d.gets(v2.Register{PacketID: 9, HasAlias: true, Alias: 33, TopicName: []byte("a")})
	d.out.Reset()
	req := d.Publish(d.now, message20("a", 1), &d.out)
	d.wants(`PUBLISH topic=session:33 qos=1 pid=2 "x"`)
	d.gets(v2.Puback{PacketID: 2, Reason: v2.UnknownTopicAlias})
	d.wants(`REGISTER topic="a" pid=3`)
	d.gets(v2.Regack{PacketID: 3, Reason: v2.QuotaExceeded})
	d.wants(`PUBLISH topic="a" qos=1 pid=4 "x"`)
	d.gets(v2.Puback{PacketID: 4})
	d.succeeded(req)

	req = d.Register(d.now, "b", &d.out)
	d.gets(v2.Regack{PacketID: 5, HasAlias: true, AliasType: v2.PredefinedAlias, Alias: 7, Reason: v2.TopicAliasExists})
	require.Equal(t, uint16(7), d.succeeded(req).TopicID)
	d.out.Reset()
	d.Publish(d.now, message20("b", 0), &d.out)
	d.wants(`PUBLISH topic=predefined:7 qos=0 "x"`)

	for _, p := range []v2.Regack{{Reason: v2.NotAuthorized}, {}} {
		req = d.Register(d.now, "c", &d.out)
		p.PacketID = d.lastMsgID
		d.gets(p)
		require.Error(t, d.results[req].Err)
	}
	require.Equal(t, Active, d.State())
}

// v2.0 3.5.4-1, 3.5.2-1, 3.5.2.2-1
func TestRegistersOfTheGateway20(t *testing.T) {
	d := connected20(t, Config{Topics: 1}, V2{})
	d.gets(v2.Register{PacketID: 1, HasAlias: true, Alias: 33, TopicName: []byte("a")},
		v2.Register{PacketID: 2, HasAlias: true, Alias: 34, TopicName: []byte("b")},
		v2.Register{PacketID: 3, HasAlias: true, Alias: 33})
	d.wants("REGACK success pid=1", "REGACK quota-exceeded pid=2", "REGACK implementation-specific-error pid=3")
	d.gets(v2.Register{PacketID: 4, TopicName: []byte("a")})
	d.lostFor("protocol-error")
}

// v2.0 4.5-2, 4.3.3-5, 4.3.4-9, 4.3.4-11, 4.3.4-12, 4.3.4-13, 3.6.2.7-1
func TestReceiveIn20(t *testing.T) {
	d := connected20(t, Config{}, V2{})
	named := v2.Topic{Type: v2.TopicName, Name: []byte("a")}
	d.gets(
		v2.Publish{Topic: named, Payload: []byte("0")},
		v2.Publish{Topic: named, QoS: 1, PacketID: 7, Payload: []byte("1")},
		v2.Publish{Topic: named, QoS: 1, PacketID: 7, Payload: []byte("1")},
		v2.Publish{Topic: named, QoS: 2, PacketID: 8, Payload: []byte("2")},
		v2.Publish{Topic: named, QoS: 2, PacketID: 8, DUP: true, Payload: []byte("2")},
		v2.Pubrel{PacketID: 8}, v2.Pubrel{PacketID: 8},
		v2.Publish{Topic: named, QoS: 2, PacketID: 8, DUP: true, Payload: []byte("2")}, // late
		v2.Publish{Topic: named, QoS: 2, PacketID: 8, Payload: []byte("2")},
		v2.Pubrel{PacketID: 8},
		v2.Publish{Topic: named, QoS: 2, PacketID: 8, DUP: true, Payload: []byte("3")})
	d.wants("PUBACK success pid=7", "PUBACK success pid=7", "PUBREC success pid=8", "PUBREC success pid=8",
		"PUBCOMP success pid=8", "PUBCOMP packet-id-not-found pid=8", "PUBREC success pid=8", "PUBREC success pid=8",
		"PUBCOMP success pid=8", "PUBREC success pid=8")
	d.received("a qos=0 0", "a qos=1 1", "a qos=1 1", "a qos=2 2", "a qos=2 2", "a qos=2 3")
}

// v2.0 4.7.2.1-2, 4.7.1.3-1, 4.7.1.1-1, 3.6.3.3-1, 3.6.4.3-1
func TestReceiveUnknownTopicsIn20(t *testing.T) {
	session, named := v2.Topic{Type: v2.SessionAlias, Alias: 5}, v2.Topic{Type: v2.TopicName, Name: []byte("a/#")}
	d := connected20(t, Config{}, V2{AnyPredefined: true})
	d.gets(v2.Publish{Topic: session}, v2.Publish{Topic: session, QoS: 1, PacketID: 1},
		v2.Publish{Topic: session, QoS: 2, PacketID: 2}, v2.Publish{Topic: named, QoS: 1, PacketID: 3})
	d.wants("PUBACK unknown-topic-alias pid=1", "PUBREC unknown-topic-alias pid=2", "PUBACK topic-name-invalid pid=3")
	d.received()

	predefined := v2.Publish{Topic: v2.Topic{Type: v2.PredefinedAlias, Alias: 7}}
	d.gets(predefined)
	d.received("predefined:7 qos=0 ")

	d = connected20(t, Config{}, V2{})
	req := d.Subscribe(d.now, Predefined(7), 1, &d.out)
	d.gets(v2.Suback{PacketID: 2, Reason: v2.GrantedQoS1}, predefined)
	d.succeeded(req)
	d.received("predefined:7 qos=0 ")
	predefined.Topic.Alias = 8
	d.gets(predefined)
	d.lostFor("protocol-error")
}

// v2.0 3.7.2.1-1, 3.7.4-1, 3.7.4-2, 3.7.5-1, 3.7.5-2, 3.9.2-1, 3.9.4-1, 3.9.4-2, 3.9.5-1, 3.9.5-2
func TestSubscribeIn20(t *testing.T) {
	d := connected20(t, Config{}, V2{})
	options := SubscribeOptions{NoLocal: true, RetainAsPublished: true, RetainHandling: v2.SendNoRetained}
	req := d.SubscribeWith(d.now, Name("a"), 2, options, &d.out)
	d.wants(`SUBSCRIBE topic="a" qos=2 pid=2 nolocal rap rh=2`)
	d.gets(v2.Suback{PacketID: 2, HasAlias: true, Alias: 33, Reason: v2.GrantedQoS1})
	require.Equal(t, Result{req, nil, 33, mqttsn.QoS1, v2.GrantedQoS1}, d.succeeded(req))
	d.Publish(d.now, message20("a", 0), &d.out)
	d.wants(`PUBLISH topic=session:33 qos=0 "x"`)

	req = d.Subscribe(d.now, Name("b"), 1, &d.out)
	d.gets(v2.Suback{PacketID: 3, HasAlias: true, AliasType: v2.PredefinedAlias, Alias: 7})
	d.succeeded(req)
	d.out.Reset()
	d.gets(v2.Publish{Topic: v2.Topic{Type: v2.PredefinedAlias, Alias: 7}})
	d.received("predefined:7 qos=0 ")

	req = d.Subscribe(d.now, Predefined(9), 1, &d.out)
	d.wants("SUBSCRIBE topic=predefined:9 qos=1 pid=4")
	d.gets(v2.Suback{PacketID: 4, Reason: v2.TopicFilterInvalid})
	d.refused(req, v2.TypeSuback, v2.TopicFilterInvalid)

	req = d.Unsubscribe(d.now, Name("a"), &d.out)
	d.wants(`UNSUBSCRIBE topic="a" pid=5`)
	d.gets(v2.Unsuback{PacketID: 5, Reason: v2.NoSubscriptionExisted})
	require.Equal(t, v2.NoSubscriptionExisted, d.succeeded(req).Reason)
	req = d.Unsubscribe(d.now, Predefined(9), &d.out)
	d.wants("UNSUBSCRIBE topic=predefined:9 pid=6")
	d.gets(v2.Unsuback{PacketID: 6, Reason: v2.NotAuthorized})
	d.refused(req, v2.TypeUnsuback, v2.NotAuthorized)
}

// v2.0 4.1.1-2, 4.4.1-1, 4.4.1-3, 3.2.2.1-4
func TestResumeIn20(t *testing.T) {
	for _, present := range []bool{true, false} {
		t.Run(fmt.Sprintf("present=%t", present), func(t *testing.T) {
			d := connected20(t, Config{Resume: true}, V2{SessionExpiry: time.Hour})
			d.gets(v2.Register{PacketID: 9, HasAlias: true, Alias: 33, TopicName: []byte("a")})
			d.gets(v2.Publish{Topic: v2.Topic{Alias: 33}, QoS: 2, PacketID: 8})
			first := d.Publish(d.now, message20("a", 2), &d.out)
			second := d.Publish(d.now, message20("a", 1), &d.out)
			d.gets(v2.Disconnect{Reason: v2.ServerShuttingDown})
			require.ErrorIs(t, d.lost, ErrDisconnected)
			d.pending(first)
			d.out.Reset()

			d.Connect(d.now, &d.out)
			d.gets(v2.Connack{PacketID: 3, SessionPresent: present})
			require.Equal(t, present, d.Session().Present)
			if !present {
				d.wants(`CONNECT client="dev" pid=3 keepalive=3600 maxsize=1400 expiry=3600`, `REGISTER topic="a" pid=4`)
				d.gets(v2.Pubrel{PacketID: 8})
				d.wants("PUBCOMP packet-id-not-found pid=8")
				return
			}
			d.wants(`CONNECT client="dev" pid=3 keepalive=3600 maxsize=1400 expiry=3600`,
				`PUBLISH topic=session:33 qos=2 pid=2 dup "x"`)
			d.gets(v2.Pubrec{PacketID: 2}, v2.Pubcomp{PacketID: 2})
			d.succeeded(first)
			d.wants("PUBREL success pid=2", `PUBLISH topic=session:33 qos=1 pid=4 "x"`)
			d.gets(v2.Puback{PacketID: 4}, v2.Pubrel{PacketID: 8})
			d.succeeded(second)
			d.wants("PUBCOMP success pid=8")
		})
	}
}

// v2.0 3.2.2.1-3, 3.1.2.1-1
func TestUnexpectedSession20(t *testing.T) {
	for _, clean := range []bool{false, true} {
		d := device20(t, Config{CleanSession: clean}, V2{})
		req := d.Connect(d.now, &d.out)
		d.out.Reset()
		d.gets(v2.Connack{PacketID: 1, SessionPresent: true})
		d.failed(req, ErrSessionPresent)
		d.wants("DISCONNECT protocol-error pid=1")
		require.Equal(t, Disconnected, d.State())
	}
	d := device20(t, Config{}, V2{AdoptSession: true})
	req := d.Connect(d.now, &d.out)
	d.gets(v2.Connack{PacketID: 1, SessionPresent: true})
	d.succeeded(req)
	require.True(t, d.Session().Present)
}

// v2.0 3.15.2-1, 3.15.4-1, 4.14-2, 4.14-3
func TestSleepIn20(t *testing.T) {
	d := connected20(t, Config{CleanSession: true}, V2{})
	d.gets(v2.Register{PacketID: 9, HasAlias: true, Alias: 33, TopicName: []byte("a")})
	d.out.Reset()
	req := d.Sleep(d.now, 100_000*time.Second, &d.out)
	d.wants("SLEEPREQ duration=100000 pid=2 retain-aliases")
	d.gets(v2.Sleepresp{PacketID: 2, Reason: v2.UnspecifiedError})
	d.refused(req, v2.TypeSleepresp, v2.UnspecifiedError)
	require.Equal(t, Active, d.State())

	req = d.Sleep(d.now, 100_000*time.Second, &d.out)
	d.gets(v2.Sleepresp{PacketID: 3})
	d.succeeded(req)
	require.Equal(t, Asleep, d.State())
	d.failed(d.Publish(d.now, message20("a", 1), &d.out), ErrNotConnected)
	d.out.Reset()
	d.gets(v2.Publish{Topic: v2.Topic{Alias: 33}, QoS: 1, PacketID: 4})
	d.wants()

	for range 2 {
		req = d.Wake(d.now, &d.out)
		id := d.lastMsgID
		d.wants(fmt.Sprintf("PINGREQ pid=%d", id))
		d.gets(v2.Publish{Topic: v2.Topic{Alias: 33}, QoS: 1, PacketID: 4})
		d.wants("PUBACK success pid=4")
		d.received("a qos=1 ")
		d.pending(req)
		d.gets(v2.Pingresp{PacketID: id, HasRemaining: true, Remaining: 3})
		d.succeeded(req)
		require.Equal(t, Asleep, d.State())
		require.Equal(t, 3, d.Session().Remaining)
	}

	req = d.Connect(d.now, &d.out) // not with a clean start: the session is ours
	d.wants(`CONNECT client="dev" pid=6 keepalive=3600 maxsize=1400`)
	d.gets(v2.Connack{PacketID: 6, SessionPresent: true})
	d.succeeded(req)
	d.Publish(d.now, message20("a", 0), &d.out)
	d.wants(`PUBLISH topic=session:33 qos=0 "x"`)
}

func TestDropAliasesIn20(t *testing.T) {
	d := connected20(t, Config{}, V2{DropAliases: true})
	d.gets(v2.Register{PacketID: 9, HasAlias: true, Alias: 33, TopicName: []byte("a")})
	d.out.Reset()
	d.Sleep(d.now, time.Hour, &d.out)
	d.wants("SLEEPREQ duration=3600 pid=2")
	d.gets(v2.Sleepresp{PacketID: 2})
	d.Wake(d.now, &d.out)
	d.out.Reset()
	d.gets(v2.Publish{Topic: v2.Topic{Alias: 33}, QoS: 1, PacketID: 4})
	d.wants("PUBACK unknown-topic-alias pid=4")
}

// v2.0 3.14.2-1, 3.1.6-3
func TestWakeupAndSilence20(t *testing.T) {
	d := asleep20(t, Config{Retries: -1}, V2{})
	d.Receive(d.now, v2.Wakeup{}.Append(nil), &d.out)
	require.True(t, d.out.Wakeup)
	require.Empty(t, d.out.Send)
	require.Equal(t, Asleep, d.State())
	d.out.Reset()

	req := d.Wake(d.now, &d.out)
	d.after(5 * time.Second)
	d.failed(req, ErrTimeout)
	d.lostFor("unspecified-error")

	d = asleep20(t, Config{}, V2{})
	d.gets(v2.Disconnect{Reason: v2.SessionTakenOver})
	require.ErrorIs(t, d.lost, ErrDisconnected)
	require.Equal(t, "mqttsn: disconnected by the gateway: session-taken-over", d.lost.Error())
}

// v2.0 3.13.7-1, 3.13.7-2, 3.13.7-4
func TestDisconnectIn20(t *testing.T) {
	d := connected20(t, Config{}, V2{})
	d.succeeded(d.Disconnect(d.now, &d.out))
	d.wants("DISCONNECT success")
	require.NoError(t, d.lost)
	d.gets(v2.Publish{Topic: v2.Topic{Type: v2.TopicName, Name: []byte("a")}, QoS: 1, PacketID: 1})
	d.after(time.Hour)
	d.wants()

	d = connected20(t, Config{}, V2{})
	req := d.Ping(d.now, &d.out)
	d.out.Reset()
	d.gets(v2.Disconnect{Reason: v2.AdministrativeAction, Text: []byte("bye")})
	d.refused(req, v2.TypeDisconnect, v2.AdministrativeAction)
	d.after(time.Hour)
	d.wants()
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

// v2.0 4.11.1-3, 4.11.1-5, 4.11.1-7
func TestAuthentication20(t *testing.T) {
	authenticate := func(challenge []byte) ([]byte, error) {
		if string(challenge) == "forged" {
			return nil, errors.New("not the gateway that I know")
		}
		return append([]byte("re:"), challenge...), nil
	}
	start := func(t *testing.T) (*device, Request) {
		d := device20(t, Config{}, V2{Method: "M", Authenticate: authenticate})
		req := d.Connect(d.now, &d.out)
		d.wants(`CONNECT client="dev" pid=1 keepalive=3600 maxsize=1400 auth="M" (3 octets)`)
		return d, req
	}
	auth := func(method, data string) v2.Authentication {
		return v2.Authentication{Method: []byte(method), Data: []byte(data)}
	}
	t.Run("two steps", func(t *testing.T) {
		d, req := start(t)
		d.gets(v2.Auth{PacketID: 1, Reason: v2.ContinueAuthentication, Authentication: auth("M", "1")})
		d.gets(v2.Auth{PacketID: 1, Reason: v2.ContinueAuthentication, Authentication: auth("M", "late")})
		var answer v2.Auth
		require.NoError(t, answer.Parse(d.out.Send[0][2:]))
		require.Equal(t, v2.Auth{PacketID: 2, Reason: v2.ContinueAuthentication, Authentication: auth("M", "re:1")}, answer)
		d.wants(`AUTH continue-authentication pid=2 auth="M" (4 octets)`)
		d.gets(v2.Connack{PacketID: 2, HasAuth: true, Auth: auth("M", "fine")})
		d.succeeded(req)
	})
	t.Run("no answer", func(t *testing.T) {
		d, req := start(t)
		d.gets(v2.Auth{PacketID: 1, Reason: v2.ContinueAuthentication, Authentication: auth("M", "1")})
		d.out.Reset()
		d.after(5 * time.Second)
		d.wants(`CONNECT client="dev" pid=3 keepalive=3600 maxsize=1400 auth="M" (3 octets)`) // from the beginning
		d.pending(req)
	})
	for name, p := range map[string]interface{ Append([]byte) []byte }{
		"another method":            v2.Auth{PacketID: 1, Reason: v2.ContinueAuthentication, Authentication: auth("N", "1")},
		"forged":                    v2.Auth{PacketID: 1, Reason: v2.ContinueAuthentication, Authentication: auth("M", "forged")},
		"another reason":            v2.Auth{PacketID: 1, Authentication: auth("M", "")},
		"CONNACK of another method": v2.Connack{PacketID: 1, HasAuth: true, Auth: auth("N", "")},
		"CONNACK forged":            v2.Connack{PacketID: 1, HasAuth: true, Auth: auth("M", "forged")},
	} {
		t.Run(name, func(t *testing.T) {
			d, req := start(t)
			d.gets(p)
			require.Error(t, d.results[req].Err)
			require.Equal(t, Disconnected, d.State())
			require.Contains(t, d.words(d.out.Send[0]), "DISCONNECT")
		})
	}
	t.Run("not asked for", func(t *testing.T) {
		d := device20(t, Config{}, V2{})
		req := d.Connect(d.now, &d.out)
		d.gets(v2.Auth{PacketID: 1, Reason: v2.ContinueAuthentication, Authentication: auth("M", "1")})
		d.failed(req, ErrDisconnected)
	})
}

// v2.0 3.18-1, 3.18-3
func TestRoaming20(t *testing.T) {
	d := connected20(t, Config{}, V2{Roaming: true})
	req := d.Publish(d.now, Message{Topic: Predefined(7), QoS: 2}, &d.out)
	d.wants(`CONNECTION client="dev" | PUBLISH topic=predefined:7 qos=2 pid=2 ""`)
	d.gets(v2.Pubrec{PacketID: 2})
	d.wants("PUBREL success pid=2")
	d.gets(v2.Pubcomp{PacketID: 2})
	d.succeeded(req)
}

// v2.0 3.17-2, 4.4.2-6, 3.17-5
func TestProtection20(t *testing.T) {
	key, err := protection.NewKey(v2.AESCCM64128, make([]byte, 16))
	require.NoError(t, err)
	counter := func() *protection.Counter {
		c := protection.NewCounter(0)
		c.Stored(c.Reserve(100))
		return c
	}
	ours, theirs := v2.SenderID{1}, v2.SenderID{2}
	gateway, ear := protection.NewSender(key, theirs, counter()), protection.Receiver{ID: ours, Key: key}
	d := device20(t, Config{}, V2{Sender: protection.NewSender(key, ours, counter()),
		Receiver: &protection.Receiver{ID: theirs, Key: key}})
	opened := func() (words []string) {
		for _, b := range d.out.Send {
			inner, err := ear.Open(nil, b)
			require.NoError(t, err)
			words = append(words, d.words(inner))
		}
		d.out.Reset()
		return words
	}
	req := d.Connect(d.now, &d.out)
	require.Equal(t, []string{`CONNECT client="dev" pid=1 keepalive=3600 maxsize=1400`}, opened())
	d.gets(v2.Connack{PacketID: 1, Reason: v2.NotAuthorized}, v2.Disconnect{Reason: v2.ProtectionRequired}) // anyone's
	d.pending(req)
	sealed, err := gateway.Seal(nil, v2.Connack{PacketID: 1}.Append(nil))
	require.NoError(t, err)
	d.Receive(d.now, sealed, &d.out)
	d.succeeded(req)

	d.Ping(d.now, &d.out)
	first := string(d.out.Send[0])
	require.Equal(t, []string{"PINGREQ pid=2"}, opened())
	d.after(5 * time.Second)
	require.NotEqual(t, first, string(d.out.Send[0]))
	require.Equal(t, []string{"PINGREQ pid=2"}, opened())
}

// v2.0 4.3.1-1, 3.6.1.2-1, 3.6.1.2.1-1, 3.6.1.4-1, 3.6.1.4-2, 3.6.1.6-1
func TestPublishWithoutSession20(t *testing.T) {
	d := device20(t, Config{MTU: 20, Predefined: map[uint16]string{7: "known"}}, V2{})
	for topic, want := range map[Topic]string{
		Predefined(9): `PUBWOS topic=predefined:9 "x"`,
		Name("a"):     `PUBWOS topic="a" "x"`,
		Name("known"): `PUBWOS topic=predefined:7 "x"`,
	} {
		d.succeeded(d.Publish(d.now, Message{Topic: topic, QoS: mqttsn.QoSMinus1, Payload: []byte("x")}, &d.out))
		d.wants(want)
	}
	d.failed(d.Publish(d.now, Message{Topic: Predefined(9), QoS: -1, Payload: make([]byte, 20)}, &d.out), mqttsn.ErrTooLong)

	d.gets(v2.Pubwos{Topic: v2.Topic{Type: v2.PredefinedAlias, Alias: 7}, Payload: []byte("y")},
		v2.Pubwos{Topic: v2.Topic{Type: v2.PredefinedAlias, Alias: 8}, Payload: []byte("y")})
	d.received("known qos=-1 y")
	d.wants()
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
