package client

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqttsn"
	v2 "mqttsn-gateway/mqttsn/v2"
)

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
