package engine_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/mqttsn"
	v2 "mqttsn-gateway/mqttsn/v2"
)

// sent is one thing that the engine did, or should have done.
type sent struct {
	to   string        // "gateway", "gateway@2", "to c1", "uplink th7", …
	text string        // the packet in words
	wire []byte        // the octets, of datagrams
	at   time.Duration // since the line "after"
}

// silence is the text of a line that expects nothing.
const silence = "(silent)"

func (s sent) show(timed bool) string {
	line := s.to + " " + s.text
	if timed {
		line = "at " + s.at.String() + " " + line
	}
	return line
}

func (ex expectation) fits(s sent) bool {
	switch {
	case ex.timed && ex.at != s.at:
		return false
	case ex.prefix:
		return strings.HasPrefix(s.text, ex.text)
	}
	return ex.text == s.text && bytes.Equal(ex.wire, s.wire)
}

// parseSent reads a line about something that the engine sends.
func parseSent(c engine.Config, list []string, at time.Duration) (sent, error) {
	s := sent{to: list[0], at: at}
	list = list[1:]
	if slices.Contains(list, silence) {
		s.text = silence
		return s, nil
	}
	switch verb := kindOf(s.to); verb {
	case "gateway":
		a, err := parseAddr(c, s.to)
		if err != nil {
			return s, err
		}
		s.to = "gateway" + showAddr(c, a)
		return s, s.datagram(list)
	case "broadcast":
		return s, s.datagram(list)
	case "routed":
		p, err := parseMQTT(append([]string{"PUBLISH", "topic=" + list[0]}, list[1:]...))
		if err == nil {
			s.text = showRouted(p)
		}
		return s, err
	case "to", "uplink":
		if len(list) < 2 {
			return s, fmt.Errorf("%s %s what?", verb, list[0])
		}
		s.to, list = verb+" "+list[0], list[1:]
		if list[0] == "dial" || list[0] == "close" {
			s.text = strings.Join(list, " ")
			return s, nil
		}
		p, err := parseMQTT(list)
		if err == nil {
			s.text = showMQTT(p)
		}
		return s, err
	}
	return s, fmt.Errorf("%s cannot send", s.to)
}

// datagram reads what a line says of a datagram: perhaps the radius of a broadcast, then the packet.
func (s *sent) datagram(list []string) error {
	if strings.HasPrefix(list[0], "radius=") {
		s.to, list = s.to+" "+list[0], list[1:]
	}
	if isProtected(list) {
		if len(list) < 5 || list[3] != "|" {
			return errors.New("protected from whom, and what is inside?")
		}
		packet, err := encode20(list[4:])
		s.text, s.wire = protectedText(list[2], packet), packet
		return err
	}
	wire, err := encode(list)
	if err != nil {
		return err
	}
	s.text, s.wire = showWire(wire), wire
	return nil
}

// sentDatagram puts a datagram of the engine's into words.
func sentDatagram(c engine.Config, d engine.Datagram) sent {
	a := engine.Addr{Link: d.Link, Peer: d.Peer}
	wire := d.Data
	node, radius, inner, err := mqttsn.SplitForward(d.Data)
	var wrapped v2.Forwarder
	if typ, body, failed := v2.Split(d.Data); failed == nil && typ == v2.TypeForwarder && wrapped.Parse(body) == nil {
		a.Forwarded, a.Forwarder2, a.Node, wire = true, true, string(wrapped.Address), wrapped.Inner
	} else if err == nil {
		a.Forwarded, a.Node, wire = true, string(node), inner
	}
	return sent{to: withRadius("gateway"+showAddr(c, a), radius), text: showWire(wire), wire: bytes.Clone(wire)}
}

func withRadius(to string, radius uint8) string {
	if radius == 0 {
		return to
	}
	return fmt.Sprintf("%s radius=%d", to, radius)
}

// showWire shows a packet in its own words. What fits both versions is shown in both, and can only be written in one of
// them: what is expected goes the same way.
func showWire(wire []byte) string {
	if p, err := v2.Parse(wire); err == nil && p.Type() != v2.TypeSearchGw && bytes.Equal(p.Append(nil), wire) {
		if old, err := mqttsn.Parse(wire); err == nil {
			return old.String() + " | 2.0 " + p.String()
		}
		return "2.0 " + p.String()
	}
	p, err := mqttsn.Parse(wire)
	if err != nil {
		return fmt.Sprintf("% x (%v)", wire, err)
	}
	if again := p.Append(nil); !bytes.Equal(again, wire) {
		return fmt.Sprintf("%s encoded % x", p, wire)
	}
	return p.String()
}

// kindOf is the first word of a line without the address: "device" of device@2%radio.
func kindOf(word string) string {
	if i := strings.IndexAny(word, "@%"); i >= 0 {
		return word[:i]
	}
	return word
}

// parseAddr reads what follows the verb in device@2/0013%radio: peer, node in hex, link. Without it, it is peer 1 on the
// first link. With two slashes the forwarder speaks version 2.0.
func parseAddr(c engine.Config, word string) (engine.Addr, error) {
	var a engine.Addr
	word, linkName, _ := strings.Cut(word, "%")
	_, place, _ := strings.Cut(word, "@")
	peer, node, forwarded := strings.Cut(place, "/")
	if peer == "" {
		peer = "1"
	}
	copy(a.Peer[:], peer)
	if linkName != "" {
		i := slices.IndexFunc(c.Links, func(l engine.LinkConfig) bool { return l.Name == linkName })
		if i < 0 {
			return a, fmt.Errorf("%s is no link", linkName)
		}
		a.Link = engine.LinkID(i)
	}
	node, a.Forwarder2 = strings.CutPrefix(node, "/")
	octets, err := hex.DecodeString(node)
	a.Forwarded, a.Node = forwarded, string(octets)
	return a, err
}

func showAddr(c engine.Config, a engine.Addr) string {
	s := "@" + strings.TrimRight(string(a.Peer[:]), "\x00")
	if a.Forwarder2 {
		s += "/"
	}
	if a.Forwarded {
		s += "/" + hex.EncodeToString([]byte(a.Node))
	}
	if s == "@1" {
		s = ""
	}
	if a.Link > 0 {
		s += "%" + c.Links[a.Link].Name
	}
	return s
}
