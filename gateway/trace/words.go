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
	text12, err12 := words12(p.Data)
	text20, err20 := words20(p.Data)
	switch {
	case p.Version == v2.V20 && err20 == nil:
		return text20
	case p.Version != v2.V20 && err12 == nil:
		return text12
	case p.Version != v2.V12 && err20 == nil: // of a stranger who is not known to speak either
		return text20
	}
	err := err12
	if p.Version == v2.V20 {
		err = err20
	}
	return fmt.Sprintf("malformed: %s [% x]", reason(err), p.Data[:min(len(p.Data), maxHex)])
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
