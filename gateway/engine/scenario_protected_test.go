package engine_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"mqttsn-gateway/gateway/engine"
	v2 "mqttsn-gateway/mqttsn/v2"
	"mqttsn-gateway/mqttsn/v2/protection"
)

// A keyholder is a sender of protected packets as a scenario knows it, by the octets of its Sender Identifier, and what
// it has sent and received. It lives on when the engine is restarted.
type keyholder struct {
	sender   *protection.Sender
	receiver protection.Receiver
	last     []byte // its last datagram
}

// senderID is the Sender Identifier of a name: its octets, and zeros behind them.
func senderID(name string) (id v2.SenderID) {
	copy(id[:], name)
	return id
}

// addKey is the setting key=s7, or key=s7:CMAC-128: the sender s7 has a key for that scheme.
func addKey(c *engine.Config, w *words, value string) {
	name, scheme, ok := strings.Cut(value, ":")
	s := v2.AESCCM64128
	if ok {
		if s, ok = v2.ParseScheme(scheme); !ok {
			w.fail("%s is no scheme", scheme)
		}
	}
	if c.Protection.Keys == nil {
		c.Protection.Keys = make(map[v2.SenderID]engine.ProtectionKey)
	}
	id := senderID(name)
	c.Protection.Keys[id] = engine.ProtectionKey{
		Scheme: s, Secret: bytes.Repeat([]byte(name[:1]), max(16, s.KeyLen())), Gateway: protection.GatewayID(id),
	}
}

// keyholder finds the sender of that name. One that the gateway has no key for has one nevertheless.
func (w *world) keyholder(name string) (*keyholder, error) {
	if h := w.keyholders[name]; h != nil {
		return h, nil
	}
	id := senderID(name)
	k, ok := w.config.Protection.Keys[id]
	if !ok {
		k = engine.ProtectionKey{Scheme: v2.AESCCM64128, Secret: make([]byte, 16)}
	}
	key, err := protection.NewKey(k.Scheme, k.Secret)
	if err != nil {
		return nil, err
	}
	h := &keyholder{sender: protection.NewSender(key, id, countTo(1))}
	h.receiver = protection.Receiver{ID: protection.GatewayID(id), Key: key}
	w.keyholders[name] = h
	return h, nil
}

// countTo is a counter that gives this value next.
func countTo(next uint64) *protection.Counter {
	c := protection.NewCounter(next)
	c.Stored(c.Reserve(1_000_000))
	return c
}

// protected makes the datagram of a line such as
//
//	device   2.0 PROTECTED s7 | PINGREQ pid=1
//	device   2.0 PROTECTED s7 counter=9 tag=8 | PINGREQ pid=1    the counter goes on from there; the tag is shortened
//	device   2.0 PROTECTED s7 uncounted | PINGREQ pid=1
//	device   2.0 PROTECTED s7 again                              the same datagram once more
//	device   2.0 PROTECTED s7 forged | PINGREQ pid=1             whose tag is wrong
//	device   2.0 PROTECTED s7 | hex 05 0c                        with something malformed inside
func (w *world) protected(list []string) ([]byte, error) {
	bar := slices.Index(list, "|")
	if bar < 0 {
		bar = len(list)
	}
	if bar == 0 {
		return nil, errors.New("protected by whom?")
	}
	h, err := w.keyholder(list[0])
	if err != nil {
		return nil, err
	}
	words := newWords(list[1:bar])
	if words.flag("again") {
		return bytes.Clone(h.last), words.end()
	}
	if value, ok := words.field("counter"); ok {
		h.sender.Counter = countTo(words.parse(value, 32))
	}
	s := *h.sender
	if words.flag("uncounted") {
		s.CounterLen = 0
	}
	s.TagLen = int(words.u8("tag"))
	forged := words.flag("forged")
	if err := words.end(); err != nil {
		return nil, err
	}
	packet, err := encode20(list[min(bar+1, len(list)):])
	if err != nil {
		return nil, err
	}
	if h.last, err = s.Seal(nil, packet); err != nil {
		return nil, err
	}
	if forged {
		h.last[len(h.last)-1] ^= 1
	}
	return bytes.Clone(h.last), nil
}

// opened shows a protected datagram of the gateway's by what is inside. No value of its counter may come twice.
func (w *world) opened(s sent) sent {
	typ, body, err := v2.Split(s.wire)
	if err != nil || typ != v2.TypeProtection {
		return s
	}
	var p v2.Protection
	if err := p.Parse(body); err != nil {
		s.text = fmt.Sprintf("% x (%v)", s.wire, err)
		return s
	}
	for name, h := range w.keyholders {
		if h.receiver.ID != p.SenderID {
			continue
		}
		packet, err := h.receiver.Open(nil, s.wire)
		if err != nil {
			s.text = fmt.Sprintf("%v (%v)", p, err)
			return s
		}
		s.text, s.wire = protectedText(name, packet), packet
	}
	return s
}

func protectedText(name string, packet []byte) string {
	return "2.0 PROTECTED " + name + " | " + strings.TrimPrefix(showWire(packet), "2.0 ")
}

// isProtected tells a line about a protected packet from others.
func isProtected(list []string) bool {
	return len(list) > 2 && list[0] == "2.0" && list[1] == "PROTECTED"
}

// encode20 gives the packet that goes inside.
func encode20(list []string) ([]byte, error) {
	if len(list) > 0 && list[0] == "hex" {
		return hex.DecodeString(strings.Join(list[1:], ""))
	}
	return encode(append([]string{"2.0"}, list...))
}
