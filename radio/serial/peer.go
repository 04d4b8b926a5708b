package serial

import (
	"errors"
	"fmt"

	"mqttsn-gateway/radio"
)

// thePeer is at the other end of the line, and is called line.
var thePeer = radio.Peer{1}

const linePeer = "line"

var errNotPeer = errors.New("serial: not the peer of this line")

// FormatPeer implements radio.Link.
func (l *Link) FormatPeer(p radio.Peer) string {
	if p == thePeer {
		return linePeer
	}
	return fmt.Sprintf("nobody(%x)", p[:])
}

// ParsePeer implements radio.Link.
func (l *Link) ParsePeer(s string) (radio.Peer, error) {
	if s != linePeer {
		return radio.Peer{}, fmt.Errorf("%w: %q", errNotPeer, s)
	}
	return thePeer, nil
}
