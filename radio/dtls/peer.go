package dtls

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"

	"mqttsn-gateway/radio"
)

// Layout of a peer: a connection has its number in one life of the link. Of another life are the connections that a store
// remembers from before a restart: they must not be taken for new ones.
//
//	Life(8) Number(8) 0(4)
const (
	peerNumber = 8
	peerUsed   = 16
)

// numbering gives out peers.
type numbering struct {
	life   [peerNumber]byte
	number uint64
}

func newNumbering() (n numbering) {
	_, _ = rand.Read(n.life[:]) // never fails
	return n
}

func (n *numbering) next() (p radio.Peer) {
	n.number++
	copy(p[:], n.life[:])
	binary.BigEndian.PutUint64(p[peerNumber:], n.number)
	return p
}

const peerPrefix = "dtls:"

// FormatPeer writes a peer as dtls:, the life of the link and the number of the connection, in hexadecimal digits. Of
// the number, leading zeros are left out.
func (l *Link) FormatPeer(p radio.Peer) string {
	return fmt.Sprintf("%s%x-%x", peerPrefix, p[:peerNumber], binary.BigEndian.Uint64(p[peerNumber:]))
}

// ParsePeer reads what FormatPeer wrote. The connection need not exist any more.
func (l *Link) ParsePeer(s string) (p radio.Peer, err error) {
	text, ok := strings.CutPrefix(s, peerPrefix)
	life, number, ok2 := strings.Cut(text, "-")
	if ok && ok2 && len(number) <= 2*(peerUsed-peerNumber) {
		text = life + strings.Repeat("0", 2*(peerUsed-peerNumber)-len(number)) + number
		if b, err := hex.DecodeString(text); err == nil && len(b) == peerUsed {
			copy(p[:], b)
			return p, nil
		}
	}
	return radio.Peer{}, fmt.Errorf("dtls: not a DTLS peer: %q", s)
}
