package protection

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha3"
	"errors"
	"fmt"
	"hash"

	"github.com/pion/dtls/v3/pkg/crypto/ccm"
	"golang.org/x/crypto/chacha20poly1305"

	"mqttsn-gateway/mqttsn/v2"
)

// ErrKey says that a scheme is not supported, or that the length of a key does not suit it.
var ErrKey = errors.New("mqttsn 2.0: protection scheme and key do not go together")

// A Key is a secret, prepared for the one scheme that it is meant for.
type Key struct {
	scheme v2.Scheme
	mac    hash.Hash         // of schemes that only authenticate
	aead   cipher.AEAD       // of those that encrypt
	sum    [sha256.Size]byte // where tags and nonces are made, so that none is allocated
}

// NewKey wants a secret of as many octets as the scheme has (3.17.3): 16, 24 or 32; for HMAC any number but none. Neither
// scheme keeps the slice. Errors are [ErrKey].
func NewKey(scheme v2.Scheme, secret []byte) (*Key, error) {
	if !scheme.Supported() || len(secret) == 0 || scheme.KeyLen() > 0 && len(secret) != scheme.KeyLen() {
		return nil, fmt.Errorf("%w: %v, %d octets", ErrKey, scheme, len(secret))
	}
	k := &Key{scheme: scheme}
	var err error
	switch scheme {
	case v2.HMACSHA256:
		k.mac = hmac.New(sha256.New, secret)
	case v2.HMACSHA3256:
		k.mac = hmac.New(func() hash.Hash { return sha3.New256() }, secret)
	case v2.CMAC128, v2.CMAC192, v2.CMAC256:
		k.mac, err = newCMAC(secret)
	case v2.ChaCha20Poly1305:
		k.aead, err = chacha20poly1305.New(secret)
	default:
		k.aead, err = newAES(scheme, secret)
	}
	return k, err
}

// newAES is AES in the mode CCM or GCM.
func newAES(scheme v2.Scheme, secret []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, err
	}
	switch scheme {
	case v2.AESGCM128128, v2.AESGCM128192, v2.AESGCM128256:
		return cipher.NewGCM(block)
	}
	return ccm.NewCCM(block, scheme.TagLen(), scheme.NonceLen())
}

// Scheme is what the key is meant for.
func (k *Key) Scheme() v2.Scheme { return k.scheme }

// tag is good until the key is used again.
func (k *Key) tag(message []byte) []byte {
	k.mac.Reset()
	k.mac.Write(message)
	return k.mac.Sum(k.sum[:0])
}

// nonce is made of everything before the packet inside (3.17.3-2 to 3.17.3-4), and good until the key is used again.
func (k *Key) nonce(head []byte) []byte {
	k.sum = sha256.Sum256(head)
	return k.sum[:k.aead.NonceSize()]
}

// seal appends the envelope of a packet, which comes in p.Protected and in clear, with a tag of the length that p.Tag has.
// It returns b as it was if the codec cannot encode it.
func (k *Key) seal(b []byte, p v2.Protection) []byte {
	start := len(b)
	b = p.Append(b)
	envelope := b[start:]
	if len(envelope) == 0 {
		return b
	}
	tagAt := len(envelope) - len(p.Tag)
	if k.aead == nil {
		copy(envelope[tagAt:], k.tag(envelope[:tagAt]))
		return b
	}
	head, packet := envelope[:tagAt-len(p.Protected)], envelope[tagAt-len(p.Protected):tagAt]
	k.aead.Seal(packet[:0], k.nonce(head), packet, head)
	return b
}

// open appends the packet inside an envelope, of which p is what the codec has read. Nothing is appended to b unless the
// tag is right.
func (k *Key) open(b, envelope []byte, p v2.Protection) ([]byte, error) {
	tagAt := len(envelope) - len(p.Tag)
	if k.aead == nil {
		if !hmac.Equal(p.Tag, k.tag(envelope[:tagAt])[:len(p.Tag)]) { // leftmost octets (3.17.2.3-7)
			return b, ErrForged
		}
		return append(b, p.Protected...), nil
	}
	head := envelope[:tagAt-len(p.Protected)]
	packet, err := k.aead.Open(b, k.nonce(head), envelope[len(head):], head)
	if err != nil {
		return b, ErrForged
	}
	return packet, nil
}
