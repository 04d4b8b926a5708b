package protection

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
	"hash"
)

// cmac is AES-CMAC (NIST SP 800-38B; RFC 4493 for keys of 128 bits).
type cmac struct {
	block       cipher.Block
	whole, part mask // for a last block that is complete, and for one that is filled up
	state       mask // the chain up to the last block, and the octets of that, mixed
	n           int  // how many octets the last block has
	last        mask // of Sum, which leaves the state alone
}

type mask [aes.BlockSize]byte

func newCMAC(key []byte) (hash.Hash, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	c := &cmac{block: block}
	block.Encrypt(c.whole[:], c.whole[:]) // of zeros
	c.whole.double()
	c.part = c.whole
	c.part.double()
	return c, nil
}

// double multiplies by x in the field of 2^128 elements, in constant time.
func (m *mask) double() {
	const polynomial = 0x87
	overflow := m[0] >> 7
	for i := range len(m) - 1 {
		m[i] = m[i]<<1 | m[i+1]>>7
	}
	m[len(m)-1] = m[len(m)-1]<<1 ^ polynomial&-overflow
}

func (c *cmac) Size() int      { return aes.BlockSize }
func (c *cmac) BlockSize() int { return aes.BlockSize }
func (c *cmac) Reset()         { c.state, c.n = mask{}, 0 }

func (c *cmac) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		if c.n == aes.BlockSize { // more is to come, so this block is not the last
			c.block.Encrypt(c.state[:], c.state[:])
			c.n = 0
		}
		n := subtle.XORBytes(c.state[c.n:], c.state[c.n:], rest)
		c.n += n
		rest = rest[n:]
	}
	return len(p), nil
}

func (c *cmac) Sum(b []byte) []byte {
	c.last = c.state
	end := &c.whole
	if c.n < aes.BlockSize {
		c.last[c.n] ^= 0x80
		end = &c.part
	}
	subtle.XORBytes(c.last[:], c.last[:], end[:])
	c.block.Encrypt(c.last[:], c.last[:])
	return append(b, c.last[:]...)
}
