package engine_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqtt"
)

// parseMQTT reads a packet of MQTT, and showMQTT writes it in the same words:
//
//	CONNECT client=c1 clean keepalive=60 will=a/b will-payload="off"
//	PUBLISH topic=a/b qos=1 id=7 retain "21.5"
//	SUBSCRIBE id=1 a/# qos=1 b qos=2
//	SUBACK id=1 granted-qos-1 not-authorized
//
// Reason codes are the specification's words with hyphens; a CONNACK or acknowledgement without one is a success. A
// reason string is for people and is left out.
func parseMQTT(list []string) (mqtt.Packet, error) {
	if len(list) == 0 {
		return nil, fmt.Errorf("no packet")
	}
	w := newWords(list[1:])
	var p mqtt.Packet
	switch list[0] {
	case "CONNECT":
		p = mqttConnect(w)
	case "CONNACK":
		p = mqttConnack(w)
	case "PUBLISH":
		m := &mqtt.Publish{
			Topic: w.text("topic"), QoS: w.u8("qos"), PacketID: w.u16("id"), Dup: w.flag("dup"), Retain: w.flag("retain"),
			Expiry: w.u32("expiry"),
		}
		m.HasExpiry = m.Expiry > 0
		for id := w.u32("subid"); id > 0; id = w.u32("subid") {
			m.SubscriptionIDs = append(m.SubscriptionIDs, id)
		}
		for u, ok := w.field("user"); ok; u, ok = w.field("user") {
			name, value, _ := strings.Cut(u, ":")
			if m.Props == nil {
				m.Props = new(mqtt.PublishProps)
			}
			m.Props.User = append(m.Props.User, mqtt.UserProperty{Name: name, Value: value})
		}
		m.Payload = w.payload()
		p = m
	case "PUBACK", "PUBREC", "PUBREL", "PUBCOMP":
		p = &mqtt.Ack{Kind: ackKinds[list[0]], PacketID: w.u16("id"), Reason: w.reason()}
	case "SUBSCRIBE":
		p = mqttSubscribe(w)
	case "SUBACK":
		p = &mqtt.Suback{PacketID: w.u16("id"), Reasons: w.reasons()}
	case "UNSUBSCRIBE":
		u := &mqtt.Unsubscribe{PacketID: w.u16("id")}
		for f := w.next(); f != ""; f = w.next() {
			u.Filters = append(u.Filters, f)
		}
		p = u
	case "UNSUBACK":
		p = &mqtt.Unsuback{PacketID: w.u16("id"), Reasons: w.reasons()}
	case "PINGREQ":
		p = &mqtt.Pingreq{}
	case "PINGRESP":
		p = &mqtt.Pingresp{}
	case "AUTH":
		p = &mqtt.Auth{AuthMethod: w.text("auth"), AuthData: []byte(w.text("data")), Reason: w.reason()}
	case "DISCONNECT":
		p = &mqtt.Disconnect{SessionExpiry: w.maybe32("expiry"), Reason: w.reason()}
	default:
		return nil, fmt.Errorf("%s is no packet of MQTT", list[0])
	}
	return p, w.end()
}

var ackKinds = map[string]mqtt.Type{"PUBACK": mqtt.PUBACK, "PUBREC": mqtt.PUBREC, "PUBREL": mqtt.PUBREL, "PUBCOMP": mqtt.PUBCOMP}

func mqttConnect(w *words) *mqtt.Connect {
	p := &mqtt.Connect{
		Version: mqtt.V5, ClientID: w.text("client"), CleanStart: w.flag("clean"), KeepAlive: w.u16("keepalive"),
		SessionExpiry: w.u32("expiry"), ReceiveMaximum: w.u16("receive-maximum"),
		Username: w.text("user"), Password: []byte(w.text("password")),
		AuthMethod: w.text("auth"), AuthData: []byte(w.text("data")),
	}
	p.HasUsername, p.HasPassword = p.Username != "", len(p.Password) > 0
	if w.flag("3.1.1") {
		p.Version = mqtt.V311
	}
	if t, ok := w.field("will"); ok {
		p.Will = &mqtt.Will{
			Topic: t, QoS: w.u8("will-qos"), Retain: w.flag("will-retain"), Delay: w.u32("will-delay"),
			Payload: []byte(w.text("will-payload")),
		}
	}
	return p
}

func mqttConnack(w *words) *mqtt.Connack {
	p := &mqtt.Connack{
		SessionPresent: w.flag("present"), SessionExpiry: w.maybe32("expiry"), AssignedClientID: w.text("assigned"),
		ReceiveMaximum: w.u16("receive-maximum"), MaximumPacketSize: w.u32("packet-size"), NoRetain: w.flag("no-retain"),
		AuthMethod: w.text("auth"), AuthData: []byte(w.text("data")),
	}
	if s, ok := w.field("server-keep-alive"); ok {
		seconds := uint16(w.parse(s, 16))
		p.ServerKeepAlive = &seconds
	}
	if s, ok := w.field("maximum-qos"); ok {
		q := uint8(w.parse(s, 8))
		p.MaximumQoS = &q
	}
	p.Reason = w.reason()
	return p
}

func mqttSubscribe(w *words) *mqtt.Subscribe {
	p := &mqtt.Subscribe{PacketID: w.u16("id"), SubscriptionID: w.u32("subid")}
	for word := w.next(); word != ""; word = w.next() {
		last := len(p.Subscriptions) - 1
		name, value, _ := strings.Cut(word, "=")
		switch {
		case name == "qos" && last >= 0:
			p.Subscriptions[last].QoS = uint8(w.parse(value, 8))
		case name == "retain-handling" && last >= 0:
			p.Subscriptions[last].RetainHandling = uint8(w.parse(value, 8))
		case name == "no-local" && last >= 0:
			p.Subscriptions[last].NoLocal = true
		case name == "retain-as-published" && last >= 0:
			p.Subscriptions[last].RetainAsPublished = true
		default:
			p.Subscriptions = append(p.Subscriptions, mqtt.Subscription{Filter: word})
		}
	}
	return p
}

func (w *words) maybe32(name string) *uint32 {
	s, ok := w.field(name)
	if !ok {
		return nil
	}
	n := uint32(w.parse(s, 32))
	return &n
}

// reasonWords are the reason codes by their hyphenated names.
var reasonWords = func() map[string]mqtt.Reason {
	m := make(map[string]mqtt.Reason)
	for r := 0xff; r >= 0; r-- {
		m[reasonWord(mqtt.Reason(r))] = mqtt.Reason(r)
	}
	return m
}()

func reasonWord(r mqtt.Reason) string {
	return strings.ReplaceAll(strings.ToLower(r.String()), " ", "-")
}

func (w *words) reasons() []mqtt.Reason {
	var list []mqtt.Reason
	for word := w.next(); word != ""; word = w.next() {
		r, ok := reasonWords[word]
		if !ok {
			w.fail("%s is no reason code", word)
		}
		list = append(list, r)
	}
	return list
}

func (w *words) reason() mqtt.Reason {
	list := w.reasons()
	if len(list) == 0 {
		return mqtt.Success
	}
	return list[0]
}

// A shower puts a packet into words; empty fields are left out.
type shower struct{ strings.Builder }

func (s *shower) word(format string, args ...any) { fmt.Fprintf(s, " "+format, args...) }

func (s *shower) wordIf(cond bool, format string, args ...any) {
	if cond {
		s.word(format, args...)
	}
}

func (s *shower) reason(r mqtt.Reason) { s.wordIf(r != mqtt.Success, "%s", reasonWord(r)) }

func showMQTT(p mqtt.Packet) string {
	s := new(shower)
	s.WriteString(p.Type().String())
	switch p := p.(type) {
	case *mqtt.Connect:
		s.connect(p)
	case *mqtt.Connack:
		s.connack(p)
	case *mqtt.Publish:
		s.publish(p)
	case *mqtt.Ack:
		s.word("id=%d", p.PacketID)
		s.reason(p.Reason)
	case *mqtt.Subscribe:
		s.subscribe(p)
	case *mqtt.Suback:
		s.word("id=%d", p.PacketID)
		for _, r := range p.Reasons {
			s.word("%s", reasonWord(r))
		}
	case *mqtt.Unsubscribe:
		s.word("id=%d", p.PacketID)
		for _, f := range p.Filters {
			s.word("%s", f)
		}
	case *mqtt.Unsuback:
		s.word("id=%d", p.PacketID)
		for _, r := range p.Reasons {
			s.word("%s", reasonWord(r))
		}
	case *mqtt.Auth:
		s.auth(p.AuthMethod, p.AuthData)
		s.reason(p.Reason)
	case *mqtt.Disconnect:
		if p.SessionExpiry != nil {
			s.word("expiry=%d", *p.SessionExpiry)
		}
		s.reason(p.Reason)
	}
	return s.String()
}

func (s *shower) connect(p *mqtt.Connect) {
	s.word("client=%s", p.ClientID)
	s.wordIf(p.CleanStart, "clean")
	s.wordIf(p.Version == mqtt.V311, "3.1.1")
	s.word("keepalive=%d", p.KeepAlive)
	s.wordIf(p.SessionExpiry > 0, "expiry=%d", p.SessionExpiry)
	s.wordIf(p.ReceiveMaximum > 0, "receive-maximum=%d", p.ReceiveMaximum)
	s.wordIf(p.HasUsername, "user=%s", p.Username)
	s.wordIf(p.HasPassword, "password=%s", p.Password)
	s.auth(p.AuthMethod, p.AuthData)
	if w := p.Will; w != nil {
		s.word("will=%s", w.Topic)
		s.wordIf(w.QoS > 0, "will-qos=%d", w.QoS)
		s.wordIf(w.Retain, "will-retain")
		s.wordIf(w.Delay > 0, "will-delay=%d", w.Delay)
		s.word("will-payload=%s", strconv.Quote(string(w.Payload)))
	}
}

func (s *shower) connack(p *mqtt.Connack) {
	s.wordIf(p.SessionPresent, "present")
	if p.SessionExpiry != nil {
		s.word("expiry=%d", *p.SessionExpiry)
	}
	s.wordIf(p.AssignedClientID != "", "assigned=%s", p.AssignedClientID)
	s.wordIf(p.ReceiveMaximum > 0, "receive-maximum=%d", p.ReceiveMaximum)
	s.wordIf(p.MaximumPacketSize > 0, "packet-size=%d", p.MaximumPacketSize)
	s.wordIf(p.NoRetain, "no-retain")
	if p.ServerKeepAlive != nil {
		s.word("server-keep-alive=%d", *p.ServerKeepAlive)
	}
	if p.MaximumQoS != nil {
		s.word("maximum-qos=%d", *p.MaximumQoS)
	}
	s.auth(p.AuthMethod, p.AuthData)
	s.reason(p.Reason)
}

func (s *shower) auth(method string, data []byte) {
	s.wordIf(method != "", "auth=%s", method)
	s.wordIf(len(data) > 0, "data=%s", data)
}

func (s *shower) publish(p *mqtt.Publish) {
	s.word("topic=%s qos=%d", p.Topic, p.QoS)
	s.wordIf(p.PacketID > 0, "id=%d", p.PacketID)
	s.wordIf(p.Dup, "dup")
	s.wordIf(p.Retain, "retain")
	s.wordIf(p.HasExpiry, "expiry=%d", p.Expiry)
	for _, id := range p.SubscriptionIDs {
		s.word("subid=%d", id)
	}
	if p.Props != nil {
		for _, u := range p.Props.User {
			s.word("user=%s:%s", u.Name, u.Value)
		}
	}
	s.word("%s", strconv.Quote(string(p.Payload)))
}

func (s *shower) subscribe(p *mqtt.Subscribe) {
	s.word("id=%d", p.PacketID)
	s.wordIf(p.SubscriptionID > 0, "subid=%d", p.SubscriptionID)
	for _, f := range p.Subscriptions {
		s.word("%s qos=%d", f.Filter, f.QoS)
		s.wordIf(f.NoLocal, "no-local")
		s.wordIf(f.RetainAsPublished, "retain-as-published")
		s.wordIf(f.RetainHandling > 0, "retain-handling=%d", f.RetainHandling)
	}
}

// What showMQTT writes can be read back.
func TestScenarioMQTTPackets(t *testing.T) {
	for _, line := range []string{
		"CONNECT client=th7 clean keepalive=60 expiry=86400 receive-maximum=4 user=u password=p",
		`CONNECT client=th7 3.1.1 keepalive=0 will=a/b will-qos=1 will-retain will-delay=60 will-payload="o\x00"`,
		"CONNACK present expiry=0 assigned=x receive-maximum=100 packet-size=1000 no-retain server-keep-alive=20 maximum-qos=1",
		"CONNACK not-authorized",
		`PUBLISH topic=a/b qos=1 id=7 dup retain expiry=3 subid=5 user=a:b user=c:d:e "21.5"`,
		`PUBLISH topic=a qos=0 ""`,
		"PUBACK id=1", "PUBREC id=2 quota-exceeded", "PUBREL id=3", "PUBCOMP id=4 packet-identifier-not-found",
		"SUBSCRIBE id=1 subid=9 a/# qos=1 no-local b qos=2 retain-as-published retain-handling=2",
		"SUBACK id=1 success granted-qos-1 not-authorized",
		"UNSUBSCRIBE id=1 a b", "UNSUBACK id=1 success no-subscription-existed",
		"CONNECT client=th7 keepalive=60 auth=SCRAM data=abc", "CONNACK auth=SCRAM data=abc",
		"AUTH auth=SCRAM data=abc continue-authentication",
		"PINGREQ", "PINGRESP", "DISCONNECT", "DISCONNECT expiry=0 server-shutting-down",
	} {
		list, err := splitLine(line)
		require.NoError(t, err)
		p, err := parseMQTT(list)
		require.NoError(t, err, line)
		require.Equal(t, line, showMQTT(p))
	}
	for _, line := range []string{"", "PUBACK id=1 nonsense", "PINGREQ now", "HELLO"} {
		list, err := splitLine(line)
		require.NoError(t, err)
		_, err = parseMQTT(list)
		require.Error(t, err, line)
	}
}
