package protection

import (
	"errors"

	"mqttsn-gateway/mqttsn/v2"
)

// Why an envelope is dropped. Nobody should be told: the draft has no reason codes for it, and whoever has forged or
// replayed it is not the sender that it names.
var (
	// ErrForged says that the tag does not fit the packet and the key.
	ErrForged = errors.New("mqttsn 2.0: authentication tag is wrong")

	// ErrReplayed says that the counter has been seen before, or is too old to tell.
	ErrReplayed = errors.New("mqttsn 2.0: packet was replayed, or is too old")

	// ErrUncounted says that the packet has no counter, so that it might be a replay.
	ErrUncounted = errors.New("mqttsn 2.0: protected packet without a counter")
)

// What a [v2.Error] may have inside, beside the codec's errors.
var (
	// ErrBare says that a packet is not protected where it has to be (ProtectionRequired).
	ErrBare = errors.New("packet is not protected")

	// ErrSender says that the packet names another sender (UnknownSenderID).
	ErrSender = errors.New("protected by another sender")
)

// A Receiver opens what one sender has sent.
type Receiver struct {
	// ID is the sender's. Where both sides have the same key it keeps a stranger from sending our own packets back to us.
	ID     v2.SenderID
	Key    *Key
	Window Window

	// Uncounted lets packets in that have no counter. They can be replayed at will, and so can only be accepted where
	// the network keeps strangers out and does not duplicate (4.2-1).
	Uncounted bool
}

// Open appends the packet inside an envelope to b, which must not share memory with the datagram. The packet is one that
// may be there and has the right length; it has not been parsed. If it is refused, b comes back as it was; unless the tag
// was right and the counter new, the receiver has not changed either.
//
// Errors of the type *[v2.Error] may be answered, at a limited rate; [ErrForged], [ErrReplayed] and [ErrUncounted] not.
// Malformed and nested packets with a right tag count as those of the sender.
func (r *Receiver) Open(b, datagram []byte) ([]byte, error) {
	p, err := parse(datagram)
	if err != nil {
		return b, err
	}
	switch {
	case p.SenderID != r.ID:
		return b, &v2.Error{Type: v2.TypeProtection, Reason: v2.UnknownSenderID, Err: ErrSender}
	case p.Scheme != r.Key.scheme:
		return b, &v2.Error{Type: v2.TypeProtection, Reason: v2.ProtectionSchemeInvalid, Err: v2.ErrScheme}
	}
	opened, err := r.Key.open(b, datagram, p)
	if err != nil {
		return b, err
	}
	// Only now is the counter worth a look: that of a forged packet means nothing.
	switch {
	case p.CounterLen == 0 && !r.Uncounted:
		return b, ErrUncounted
	case p.CounterLen > 0 && !r.Window.Fresh(p.Counter):
		return b, ErrReplayed
	case p.CounterLen > 0:
		r.Window.Mark(p.Counter)
	}
	if err := checkInner(opened[len(b):]); err != nil {
		return b, err
	}
	return opened, nil
}

// SenderOf tells whose key an envelope claims to be sealed with, to find its [Receiver]. That proves nothing yet. Errors
// are of the type *[v2.Error]; one about the scheme leaves the sender readable.
func SenderOf(datagram []byte) (v2.SenderID, error) {
	p, err := parse(datagram)
	return p.SenderID, err
}

func parse(datagram []byte) (p v2.Protection, err error) {
	typ, body, err := v2.Split(datagram)
	switch {
	case err != nil:
		return p, err
	case typ != v2.TypeProtection:
		return p, &v2.Error{Type: typ, Reason: v2.ProtectionRequired, Err: ErrBare}
	}
	err = p.Parse(body)
	return p, err
}

func checkInner(packet []byte) error {
	typ, _, err := v2.Split(packet)
	if err != nil {
		return err
	}
	if !v2.TypeProtection.MayHold(typ) {
		return &v2.Error{Type: typ, Reason: v2.ProtocolError, Err: v2.ErrNesting}
	}
	return nil
}
