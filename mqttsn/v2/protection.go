package v2

import (
	"encoding/binary"
	"encoding/hex"
	"slices"
)

// A SenderID tells whose key protects a packet: unique among all senders, servers included (3.17.4-1).
type SenderID [8]byte

// String is the identifier in hex.
func (id SenderID) String() string { return hex.EncodeToString(id[:]) }

// ParseSenderID reads an identifier as String writes it: 16 hexadecimal digits.
func ParseSenderID(s string) (id SenderID, ok bool) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(id) {
		return id, false
	}
	return SenderID(b), true
}

// Protection is a packet that is authenticated and, in some schemes, encrypted (3.17). Package protection seals and opens
// it. In the order of the wire:
//
//	Flags(1) Scheme(1) SenderID(8) Random(4) [Material(n)] [Counter(n)] Protected(n) Tag(n)
type Protection struct {
	Scheme     Scheme
	SenderID   SenderID
	Random     [4]byte // another for every packet
	Material   []byte  // Cryptographic Material: 0, 2, 4 or 12 octets for deriving keys and making nonces
	CounterLen int     // octets of the counter: 0, 2 or 4
	Counter    uint32  // Monotonic Counter: higher with every packet of this sender
	Protected  []byte  // the packet inside with its header, encrypted if the scheme does so; not looked at
	Tag        []byte  // Authentication Tag
}

const (
	protectionFixed = 14

	materialShift = 2 // of the codes in the flags; that of the counter is in the lowest bits
	tagShift      = 4

	tagNominal   = 1 // the codes of the tag's length
	tagTruncated = 4 // and above: half as many octets as the tag has
)

func (Protection) Type() Type { return TypeProtection }
func (p Protection) Len() int { return packetLen(p.body()) }

func (p Protection) body() int {
	return protectionFixed + len(p.Material) + p.CounterLen + len(p.Protected) + len(p.Tag)
}

// Append encodes nothing if the Material, the counter or the tag has a length for which the scheme has no code.
func (p Protection) Append(b []byte) []byte {
	flags, ok := p.flags()
	if !ok {
		return b
	}
	if b, ok = appendHeader(b, TypeProtection, p.body()); !ok {
		return b
	}
	b = append(b, flags, byte(p.Scheme))
	b = append(b, p.SenderID[:]...)
	b = append(b, p.Random[:]...)
	b = append(b, p.Material...)
	switch p.CounterLen {
	case 2:
		b = binary.BigEndian.AppendUint16(b, uint16(p.Counter))
	case 4:
		b = binary.BigEndian.AppendUint32(b, p.Counter)
	}
	b = append(b, p.Protected...)
	return append(b, p.Tag...)
}

// Parse refuses what a receiver could not check in any case: schemes and codes that are reserved, that a provider
// defines, or that do not go together. The packet may have been made by anyone.
func (p *Protection) Parse(body []byte) error {
	r := read(TypeProtection, body)
	flags := r.octet()
	*p = Protection{Scheme: Scheme(r.octet())}
	copy(p.SenderID[:], r.octets(len(p.SenderID)))
	copy(p.Random[:], r.octets(len(p.Random)))
	p.Material = r.octets(materialLens[flags>>materialShift&3])
	switch p.CounterLen = counterLens[flags&3]; p.CounterLen {
	case 2:
		p.Counter = uint32(r.uint16())
	case 4:
		p.Counter = r.uint32()
	}
	tag, ok := p.Scheme.tagLen(flags >> tagShift)
	if !ok || flags&3 == counterReserved {
		r.fail(ProtectionSchemeInvalid, ErrScheme)
	}
	p.Protected = r.octets(max(len(r.rest)-tag, shortHeader))
	p.Tag = r.octets(tag)
	return r.done()
}

// What the codes of two bits mean, in octets.
var (
	counterLens  = [4]int{0, 2, 4, 0}
	materialLens = [4]int{0, 2, 4, 12}
)

const counterReserved = 3

func (p Protection) flags() (flags byte, ok bool) {
	counter := slices.Index(counterLens[:counterReserved], p.CounterLen)
	material := slices.Index(materialLens[:], len(p.Material))
	tag := byte(tagNominal)
	if n := len(p.Tag); n != p.Scheme.TagLen() {
		tag = byte(n / 2)
	}
	n, ok := p.Scheme.tagLen(tag)
	if counter < 0 || material < 0 || !ok || n != len(p.Tag) {
		return 0, false
	}
	return byte(counter) | byte(material)<<materialShift | tag<<tagShift, true
}

// tagLen is the length of a tag in octets. Only schemes that do not encrypt allow of a shorter one than the scheme makes,
// and of course none allows of a longer (3.17.2.3). A code of 0 means a length that a provider defines.
func (s Scheme) tagLen(code byte) (octets int, ok bool) {
	switch {
	case !s.Supported():
		return 0, false
	case code == tagNominal:
		return s.TagLen(), true
	case code < tagTruncated, s.Encrypts():
		return 0, false
	}
	octets = 2 * int(code)
	return octets, octets <= s.TagLen()
}

// String shows the packet inside only if it is not encrypted.
func (p Protection) String() string {
	inner := contents(p.Protected)
	if p.Scheme.Encrypts() {
		inner = field("octets", len(p.Protected))
	}
	return line(TypeProtection, p.Scheme.String(), field("sender", p.SenderID),
		when(len(p.Material) > 0, field("material", hex.EncodeToString(p.Material))),
		when(p.CounterLen > 0, field("counter", p.Counter)), field("tag", len(p.Tag)*8), inner)
}

// AllowsTag tells whether the scheme has tags of so many octets, truncated ones included. 0 stands for the nominal length.
func (s Scheme) AllowsTag(octets int) bool {
	if octets == 0 || octets == s.TagLen() {
		return s.Supported()
	}
	if octets < 2*tagTruncated || octets > s.TagLen() {
		return false
	}
	n, ok := s.tagLen(byte(octets / 2))
	return ok && n == octets
}
