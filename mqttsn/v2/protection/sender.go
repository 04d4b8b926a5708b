package protection

import (
	"crypto/rand"
	"errors"
	"io"
	"math"

	"mqttsn-gateway/mqttsn/v2"
)

// ErrNoCounter says that the counter has no value left: reserve more, or change the key.
var ErrNoCounter = errors.New("mqttsn 2.0: no value of the monotonic counter is left")

// A Sender seals what one side sends. Its fields may be changed between packets, to give what a peer wants to see.
type Sender struct {
	Key *Key
	ID  v2.SenderID

	// Counter and the octets that its values take: 0, 2 or 4. Without a counter only chance keeps the nonces of a scheme
	// that encrypts apart, so use 4 there; the values of 2 soon end. With 0 there need not be a Counter.
	Counter    *Counter
	CounterLen int

	// TagLen is the length of the tag in octets, 0 for what the scheme makes. A shorter one of 8 or more, and even, is for
	// schemes that do not encrypt.
	TagLen int

	// Material is 0, 2, 4 or 12 octets that the peer derives keys from. What we do with it is to send it.
	Material []byte

	// Random gives four octets for each packet that nobody can guess; nil is crypto/rand.
	Random io.Reader
}

// NewSender is a sender as it should be: with counters of four octets and tags that are not truncated.
func NewSender(key *Key, id v2.SenderID, counter *Counter) *Sender {
	return &Sender{Key: key, ID: id, Counter: counter, CounterLen: 4}
}

// GatewayID is the sender identifier that a gateway has towards one device, if nothing else was agreed: the device's, with
// the bit turned that tells identifiers of the IEEE from those that people give. A gateway that has another identifier for
// each device has a counter for each, which then lasts as long as the device; and the device knows it beforehand.
func GatewayID(device v2.SenderID) v2.SenderID {
	device[0] ^= 0x02
	return device
}

// Seal appends the envelope of a packet to b; the packet must not share memory with what follows in b. A packet that is
// sent again is sealed again, for the envelope has to be new each time. Errors are [ErrNoCounter], [v2.ErrUnencodable]
// and those of Random; then b comes back as it was.
func (s *Sender) Seal(b, packet []byte) ([]byte, error) {
	var noTag [maxTagLen]byte
	n := s.tagLen()
	if n < 0 || n > len(noTag) {
		return b, v2.ErrUnencodable
	}
	p := v2.Protection{
		Scheme:     s.Key.scheme,
		SenderID:   s.ID,
		Material:   s.Material,
		CounterLen: s.CounterLen,
		Protected:  packet,
		Tag:        noTag[:n],
	}
	var err error
	if p.Counter, err = s.count(); err != nil {
		return b, err
	}
	if p.Random, err = s.random(); err != nil {
		return b, err
	}
	sealed := s.Key.seal(b, p)
	if len(sealed) == len(b) {
		return b, v2.ErrUnencodable
	}
	return sealed, nil
}

func (s *Sender) count() (uint32, error) {
	if s.CounterLen == 0 {
		return 0, nil
	}
	value, ok := s.Counter.Next()
	if !ok || s.CounterLen == 2 && value > math.MaxUint16 {
		return 0, ErrNoCounter
	}
	return value, nil
}

func (s *Sender) random() (r [4]byte, err error) {
	source := s.Random
	if source == nil {
		source = rand.Reader
	}
	scratch := s.Key.sum[:len(r)] // r itself would have to be allocated
	_, err = io.ReadFull(source, scratch)
	return [4]byte(scratch), err
}

// maxTagLen is that of HMAC.
const maxTagLen = 32

// tagLen leaves it to the codec to refuse what has no code.
func (s *Sender) tagLen() int {
	if s.TagLen == 0 {
		return s.Key.scheme.TagLen()
	}
	return s.TagLen
}

// Overhead is by how much the envelope is longer than the packet, in octets, as long as the whole does not exceed 255;
// beyond that it is two octets more.
func (s *Sender) Overhead() int {
	return v2.Protection{Material: s.Material, CounterLen: s.CounterLen}.Len() + s.tagLen()
}
