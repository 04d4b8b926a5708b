package v2

import (
	"fmt"
	"strings"
)

// A Scheme is an algorithm of the Protection Encapsulation (3.17.3). The names give the length of the tag first, and of
// the key second, in bits.
type Scheme uint8

const (
	// Schemes that only authenticate: the packet inside can be read by all.
	HMACSHA256  Scheme = 0x00
	HMACSHA3256 Scheme = 0x01
	CMAC128     Scheme = 0x02
	CMAC192     Scheme = 0x03
	CMAC256     Scheme = 0x04

	// Schemes that encrypt as well.
	AESCCM64128      Scheme = 0x40
	AESCCM64192      Scheme = 0x41
	AESCCM64256      Scheme = 0x42
	AESCCM128128     Scheme = 0x43
	AESCCM128192     Scheme = 0x44
	AESCCM128256     Scheme = 0x45
	AESGCM128128     Scheme = 0x46
	AESGCM128192     Scheme = 0x47
	AESGCM128256     Scheme = 0x48
	ChaCha20Poly1305 Scheme = 0x49
)

// schemes has the lengths in octets.
var schemes = [256]struct {
	name            string
	key, tag, nonce int
}{
	HMACSHA256:       {"HMAC-SHA256", 0, 32, 0},
	HMACSHA3256:      {"HMAC-SHA3_256", 0, 32, 0},
	CMAC128:          {"CMAC-128", 16, 16, 0},
	CMAC192:          {"CMAC-192", 24, 16, 0},
	CMAC256:          {"CMAC-256", 32, 16, 0},
	AESCCM64128:      {"AES-CCM-64-128", 16, 8, 13},
	AESCCM64192:      {"AES-CCM-64-192", 24, 8, 13},
	AESCCM64256:      {"AES-CCM-64-256", 32, 8, 13},
	AESCCM128128:     {"AES-CCM-128-128", 16, 16, 13},
	AESCCM128192:     {"AES-CCM-128-192", 24, 16, 13},
	AESCCM128256:     {"AES-CCM-128-256", 32, 16, 13},
	AESGCM128128:     {"AES-GCM-128-128", 16, 16, 12},
	AESGCM128192:     {"AES-GCM-128-192", 24, 16, 12},
	AESGCM128256:     {"AES-GCM-128-256", 32, 16, 12},
	ChaCha20Poly1305: {"ChaCha20/Poly1305", 32, 16, 12},
}

// Supported tells whether we know the scheme: it is neither reserved (3.17.3-1) nor defined by a provider.
func (s Scheme) Supported() bool { return schemes[s].name != "" }

// Encrypts tells an AEAD scheme from one that only authenticates.
func (s Scheme) Encrypts() bool { return schemes[s].nonce > 0 }

// KeyLen is the length of the key in octets, 0 if any will do.
func (s Scheme) KeyLen() int { return schemes[s].key }

// TagLen is the length in octets of a tag that is not truncated.
func (s Scheme) TagLen() int { return schemes[s].tag }

// NonceLen is the length of the nonce in octets, 0 if the scheme needs none.
func (s Scheme) NonceLen() int { return schemes[s].nonce }

// String is the draft's name of the scheme, or the number of one that we do not know: "CMAC-128", "0x3C".
func (s Scheme) String() string {
	if !s.Supported() {
		return fmt.Sprintf("0x%02X", uint8(s))
	}
	return schemes[s].name
}

// ParseScheme reads a name as String writes it, in letters of any case. It knows no scheme that is not supported.
func ParseScheme(name string) (Scheme, bool) {
	for i := range schemes {
		if s := Scheme(i); s.Supported() && strings.EqualFold(s.String(), name) {
			return s, true
		}
	}
	return 0, false
}
