package trace

import (
	"fmt"
	"strings"

	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/mqttsn/v2"
)

// Text puts the packet into words, in one line: `PUBLISH qos=1 topic=1 msgid=7 "21.5"`. Of one that makes no sense it
// says why.
func (p *Packet) Text() string {
	words, others := words12, words20
	if p.Version == v2.V20 {
		words, others = words20, words12
	}
	text, err := words(p.Data)
	if err == nil {
		return text
	}
	if known := p.Version == v2.V12 || p.Version == v2.V20; !known || wrapped(p.Data) {
		if text, err := others(p.Data); err == nil {
			return text
		}
	}
	return fmt.Sprintf("malformed: %s [% x]", reason(err), p.Data[:min(len(p.Data), maxHex)])
}

// wrapped reports whether a datagram is an encapsulation: a forwarder may speak another version than the device behind it.
func wrapped(datagram []byte) bool {
	typ, _, err := v2.Split(datagram)
	_, _, _, err12 := mqttsn.SplitForward(datagram)
	return err12 == nil || err == nil && (typ == v2.TypeForwarder || typ == v2.TypeProtection)
}

// maxHex is how many octets of a malformed packet are shown.
const maxHex = 64

func words12(datagram []byte) (string, error) {
	p, err := mqttsn.Parse(datagram)
	if err != nil {
		return "", err
	}
	return p.String(), nil
}

func words20(datagram []byte) (string, error) {
	p, err := v2.Parse(datagram)
	if err != nil {
		return "", err
	}
	return p.String(), nil
}

// reason is what is wrong, without the name of the package that says so.
func reason(err error) string {
	return strings.TrimPrefix(strings.TrimPrefix(err.Error(), "mqttsn: "), "mqttsn 2.0: ")
}

// VersionText is the version of the protocol, empty if it is not known.
func (p *Packet) VersionText() string {
	if p.Version == v2.V12 || p.Version == v2.V20 {
		return p.Version.String()
	}
	return ""
}
