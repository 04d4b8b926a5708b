package engine_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqttsn"
	v2 "mqttsn-gateway/mqttsn/v2"
)

// encode gives the datagram that a line describes: a packet of version 1.2, or, behind the word 2.0, one of that version.
func encode(list []string) ([]byte, error) {
	if len(list) > 0 && list[0] == "2.0" {
		p, err := parsePacket20(list[1:])
		if err != nil {
			return nil, err
		}
		return v2.Encode(p)
	}
	p, err := parsePacket(list)
	if err != nil {
		return nil, err
	}
	return mqttsn.Encode(p)
}

// parsePacket20 is the inverse of the String methods of version 2.0. An encapsulation stands before a bar and what is in
// it, which needs no "2.0" of its own:
//
//	CONNECTION client="s7" | PINGREQ pid=1
func parsePacket20(list []string) (v2.Packet, error) {
	if len(list) == 0 {
		return nil, fmt.Errorf("no packet")
	}
	var inner []byte
	for i, word := range list {
		if word != "|" {
			continue
		}
		p, err := parsePacket20(list[i+1:])
		if err != nil {
			return nil, err
		}
		inner, list = p.Append(nil), list[:i]
		break
	}
	w := newWords(list[1:])
	var p v2.Packet
	switch list[0] {
	case "CONNECT":
		p = connect20(w)
	case "CONNACK":
		p = connack20(w)
	case "PUBLISH":
		p = &v2.Publish{
			Topic: w.topic20(), QoS: v2.QoS(w.u8("qos")), PacketID: w.u16("pid"), DUP: w.flag("dup"), Retain: w.flag("retain"),
			Payload: w.payload(),
		}
	case "PUBWOS":
		p = &v2.Pubwos{Topic: w.topic20(), Retain: w.flag("retain"), Payload: w.payload()}
	case "PUBACK":
		p = &v2.Puback{PacketID: w.u16("pid"), Reason: w.reason20()}
	case "PUBREC":
		p = &v2.Pubrec{PacketID: w.u16("pid"), Reason: w.reason20()}
	case "PUBREL":
		p = &v2.Pubrel{PacketID: w.u16("pid"), Reason: w.reason20()}
	case "PUBCOMP":
		p = &v2.Pubcomp{PacketID: w.u16("pid"), Reason: w.reason20()}
	case "SUBSCRIBE":
		p = &v2.Subscribe{
			Topic: w.topic20(), QoS: v2.QoS(w.u8("qos")), PacketID: w.u16("pid"), NoLocal: w.flag("nolocal"),
			RetainAsPublished: w.flag("rap"), RetainHandling: v2.RetainHandling(w.u8("rh")),
		}
	case "SUBACK":
		s := &v2.Suback{PacketID: w.u16("pid"), Reason: w.reason20()}
		s.HasAlias, s.AliasType, s.Alias = w.alias20()
		p = s
	case "UNSUBSCRIBE":
		p = &v2.Unsubscribe{Topic: w.topic20(), PacketID: w.u16("pid")}
	case "UNSUBACK":
		p = &v2.Unsuback{PacketID: w.u16("pid"), Reason: w.reason20()}
	case "REGISTER":
		r := &v2.Register{PacketID: w.u16("pid"), TopicName: []byte(w.text("topic"))}
		if s, ok := w.field("alias"); ok {
			r.HasAlias, r.Alias = true, uint16(w.parse(s, 16))
		}
		p = r
	case "REGACK":
		r := &v2.Regack{PacketID: w.u16("pid"), Reason: w.reason20()}
		r.HasAlias, r.AliasType, r.Alias = w.alias20()
		p = r
	case "PINGREQ":
		p = &v2.Pingreq{PacketID: w.u16("pid")}
	case "PINGRESP":
		r := &v2.Pingresp{PacketID: w.u16("pid")}
		if s, ok := w.field("remaining"); ok {
			r.HasRemaining, r.Remaining = true, uint8(w.parse(s, 8))
		}
		p = r
	case "DISCONNECT":
		d := &v2.Disconnect{PacketID: w.u16("pid"), Reason: w.reason20()}
		d.SessionExpiry, d.HasExpiry = w.expiry20()
		d.Text = w.payload()
		p = d
	case "AUTH":
		p = &v2.Auth{PacketID: w.u16("pid"), Reason: w.reason20(), Authentication: w.authentication20()}
	case "SLEEPREQ":
		p = &v2.Sleepreq{Duration: w.u32("duration"), PacketID: w.u16("pid"), RetainAliases: w.flag("retain-aliases")}
	case "SLEEPRESP":
		p = &v2.Sleepresp{PacketID: w.u16("pid"), Duration: w.u32("duration"), Reason: w.reason20()}
	case "WAKEUP":
		p = &v2.Wakeup{}
	case "ADVERTISE":
		p = &v2.Advertise{GatewayID: w.u8("gateway"), Duration: w.u16("duration")}
	case "SEARCHGW":
		p = &v2.SearchGw{Network: w.hex("network")}
	case "GWINFO":
		p = &v2.GwInfo{GatewayID: w.u8("gateway"), Address: w.hex("address")}
	case "CONNECTION":
		p = &v2.Connection{ClientID: []byte(w.text("client")), Inner: inner}
	case "FORWARDER":
		p = &v2.Forwarder{Address: w.hex("address"), Inner: inner}
	default:
		return nil, fmt.Errorf("%s is no packet of MQTT-SN 2.0", list[0])
	}
	return p, w.end()
}

func connect20(w *words) *v2.Connect {
	p := &v2.Connect{
		ClientID: []byte(w.text("client")), PacketID: w.u16("pid"), KeepAlive: w.u16("keepalive"),
		MaxPacketSize: w.u16("maxsize"), AwakeMessages: w.u8("awake"),
		CleanStart: w.flag("clean"), NetAddr: w.flag("netaddr"), SrvSugg: w.flag("srvsugg"),
	}
	p.SessionExpiry, _ = w.expiry20()
	if t, ok := w.quotedField("will"); ok {
		p.HasWill, p.Will = true, v2.Will{Topic: w.topicOf(t), QoS: v2.QoS(w.u8("qos")), Retain: w.flag("retain"), Payload: w.payload()}
	}
	if p.Auth = w.authentication20(); p.Auth.Method != nil {
		p.HasAuth = true
	}
	return p
}

func connack20(w *words) *v2.Connack {
	p := &v2.Connack{
		PacketID: w.u16("pid"), Reason: w.reason20(), ClientID: []byte(w.text("client")), KeepAlive: w.u16("keepalive"),
		SessionPresent: w.flag("session"),
	}
	p.SessionExpiry, p.HasExpiry = w.expiry20()
	if p.Auth = w.authentication20(); p.Auth.Method != nil {
		p.HasAuth = true
	}
	return p
}

// authentication20 reads auth=MQTT-BASIC user=u password=p, auth=SCRAM text=abc or data=0102 in hex, and of
// auth=MQTT-ENHANCED what is inside: mqtt-auth=SCRAM mqtt-data=abc.
func (w *words) authentication20() (a v2.Authentication) {
	method, ok := w.field("auth")
	if !ok {
		return a
	}
	a.Method, a.Data = []byte(method), w.hex("data")
	if text, ok := w.field("text"); ok {
		a.Data = []byte(text)
	}
	if user, ok := w.field("user"); ok {
		a.Data = v2.Basic{UserName: []byte(user), Password: []byte(w.text("password"))}.Append(nil)
	}
	if inner, ok := w.field("mqtt-auth"); ok {
		a.Data = v2.Enhanced{Method: []byte(inner), Data: []byte(w.text("mqtt-data"))}.Append(a.Data)
	}
	return a
}

// expiry20 reads expiry=30 or expiry=never.
func (w *words) expiry20() (uint32, bool) {
	s, ok := w.field("expiry")
	switch {
	case !ok:
		return 0, false
	case s == "never":
		return v2.NeverExpires, true
	}
	return uint32(w.parse(s, 32)), true
}

// reason20 takes the word of a reason code; without one it is a success.
func (w *words) reason20() v2.ReasonCode {
	for c := 0; c <= 0xff; c++ {
		if w.flag(v2.ReasonCode(c).String()) {
			return v2.ReasonCode(c)
		}
	}
	return v2.Success
}

// quotedField is field without unquoting.
func (w *words) quotedField(name string) (string, bool) {
	for i, word := range w.list {
		if value, ok := strings.CutPrefix(word, name+"="); ok && !w.used[i] {
			w.used[i] = true
			return value, true
		}
	}
	return "", false
}

// topic20 reads topic="a/b", session:1 or predefined:1.
func (w *words) topic20() v2.Topic {
	s, _ := w.quotedField("topic")
	return w.topicOf(s)
}

func (w *words) topicOf(s string) v2.Topic {
	if strings.HasPrefix(s, `"`) {
		return v2.Topic{Type: v2.TopicName, Name: []byte(w.unquote(s))}
	}
	kind, number, _ := strings.Cut(s, ":")
	id, err := strconv.ParseUint(number, 10, 16)
	for t := v2.SessionAlias; t <= v2.PredefinedAlias; t++ {
		if t.String() == kind && err == nil {
			return v2.Topic{Type: t, Alias: uint16(id)}
		}
	}
	w.fail(`a topic is quoted, session:N or predefined:N`)
	return v2.Topic{}
}

// alias20 reads alias=session:1.
func (w *words) alias20() (bool, v2.TopicType, uint16) {
	s, ok := w.field("alias")
	if !ok {
		return false, 0, 0
	}
	t := w.topicOf(s)
	return true, t.Type, t.Alias
}

// What packets of version 2.0 print can be read back.
func TestScenarioPackets20(t *testing.T) {
	name := v2.Topic{Type: v2.TopicName, Name: []byte(`a "b"`)}
	alias, predefined := v2.Topic{Alias: 7}, v2.Topic{Type: v2.PredefinedAlias, Alias: 9}
	for _, p := range []v2.Packet{
		&v2.Connect{ClientID: []byte("th 7"), PacketID: 1, KeepAlive: 60, MaxPacketSize: 100, AwakeMessages: 2, SessionExpiry: 30,
			CleanStart: true, NetAddr: true, SrvSugg: true},
		&v2.Connect{PacketID: 1, KeepAlive: 60, SessionExpiry: v2.NeverExpires, HasWill: true,
			Will: v2.Will{Topic: name, QoS: 1, Retain: true, Payload: []byte("gone")}},
		&v2.Connect{PacketID: 1, KeepAlive: 60, HasWill: true, Will: v2.Will{Topic: alias}},
		&v2.Connack{PacketID: 1, SessionPresent: true, HasExpiry: true, SessionExpiry: 9, KeepAlive: 10, ClientID: []byte("auto")},
		&v2.Connack{PacketID: 1, Reason: v2.NotAuthorized},
		&v2.Publish{Topic: name, Payload: []byte("21.5")},
		&v2.Publish{Topic: predefined, QoS: 2, PacketID: 3, DUP: true, Retain: true},
		&v2.Pubwos{Topic: name, Retain: true, Payload: []byte("x")},
		&v2.Puback{PacketID: 3, Reason: v2.UnknownTopicAlias},
		&v2.Pubrec{PacketID: 3}, &v2.Pubrel{PacketID: 3}, &v2.Pubcomp{PacketID: 3, Reason: v2.PacketIDNotFound},
		&v2.Subscribe{Topic: name, QoS: 2, PacketID: 4, NoLocal: true, RetainAsPublished: true, RetainHandling: 2},
		&v2.Suback{PacketID: 4, HasAlias: true, AliasType: v2.PredefinedAlias, Alias: 9, Reason: v2.GrantedQoS1},
		&v2.Suback{PacketID: 4},
		&v2.Unsubscribe{Topic: alias, PacketID: 5}, &v2.Unsuback{PacketID: 5, Reason: v2.NoSubscriptionExisted},
		&v2.Register{PacketID: 6, TopicName: []byte("a/b")}, &v2.Register{PacketID: 6, HasAlias: true, Alias: 1, TopicName: []byte("a/b")},
		&v2.Regack{PacketID: 6, HasAlias: true, Alias: 1, Reason: v2.TopicAliasExists}, &v2.Regack{PacketID: 6},
		&v2.Pingreq{PacketID: 7}, &v2.Pingresp{PacketID: 7}, &v2.Pingresp{PacketID: 7, HasRemaining: true, Remaining: 3},
		&v2.Disconnect{}, &v2.Disconnect{PacketID: 7, Reason: v2.NoVirtualConnection, Text: []byte("bye")},
		&v2.Disconnect{HasExpiry: true, SessionExpiry: 30, Reason: v2.DisconnectWithWill},
		&v2.Sleepreq{PacketID: 8, Duration: 300, RetainAliases: true}, &v2.Sleepresp{PacketID: 8, Duration: 200},
		&v2.Wakeup{}, &v2.Advertise{GatewayID: 1, Duration: 900}, &v2.SearchGw{}, &v2.SearchGw{Network: []byte{1}},
		&v2.GwInfo{GatewayID: 1}, &v2.GwInfo{GatewayID: 1, Address: []byte{1, 2}},
		&v2.Connection{ClientID: []byte("s7"), Inner: v2.Pingreq{PacketID: 1}.Append(nil)},
	} {
		list, err := splitLine(p.String())
		require.NoError(t, err)
		got, err := parsePacket20(list)
		require.NoError(t, err, p)
		require.Equal(t, p.Append(nil), got.Append(nil), p)
	}
	for _, line := range []string{"", "HELLO", "PINGREQ pid=1 twice", "PUBLISH qos=1", "SUBSCRIBE topic=a"} {
		list, err := splitLine(line)
		require.NoError(t, err)
		_, err = parsePacket20(list)
		require.Error(t, err, line)
	}
}
