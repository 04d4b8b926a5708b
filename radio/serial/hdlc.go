package serial

// hdlc is the octet stuffing of RFC 1662, 4.2, without the address, control and protocol fields that PPP puts in front.
// Only flag and escape are stuffed; a receiver takes any stuffed octet.
type hdlc struct{}

const (
	hdlcFlag   = 0x7E
	hdlcEscape = 0x7D
	hdlcFlip   = 0x20 // what is stuffed goes out with this bit inverted
)

func (hdlc) append(dst, b []byte) []byte {
	dst = append(dst, hdlcFlag)
	for _, c := range b {
		if c == hdlcFlag || c == hdlcEscape {
			dst = append(dst, hdlcEscape)
			c ^= hdlcFlip
		}
		dst = append(dst, c)
	}
	return append(dst, hdlcFlag)
}

// unstuff takes an escape at the end for what it is: the sender has aborted the frame.
func (hdlc) unstuff(b []byte) ([]byte, bool) {
	out := b[:0]
	for i := 0; i < len(b); i++ {
		c := b[i]
		if c == hdlcEscape {
			i++
			if i == len(b) {
				return nil, false
			}
			c = b[i] ^ hdlcFlip
		}
		out = append(out, c)
	}
	return out, true
}

func (hdlc) worst(n int) int { return 2 * n }
