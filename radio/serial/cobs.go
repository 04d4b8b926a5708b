package serial

// cobs is consistent overhead byte stuffing: every zero is replaced by the distance to the next one, so that a zero can end
// the frame. A block is a code c of 1 to 255 and c-1 octets that are not zero; after a block with c below 255 stands a
// zero, except at the end.
type cobs struct{}

const (
	cobsEnd  = 0x00
	cobsFull = 0xFF // code of a block that is full: no zero follows it
)

func (cobs) append(dst, b []byte) []byte {
	code := len(dst) // where the present block's code goes
	dst = append(dst, 1)
	for i, c := range b {
		if c != 0 {
			dst = append(dst, c)
			dst[code]++
		}
		full := dst[code] == cobsFull && i < len(b)-1 // a full block at the end needs no other behind it
		if c == 0 || full {
			code = len(dst)
			dst = append(dst, 1)
		}
	}
	return append(dst, cobsEnd)
}

// unstuff takes a message whose last block is full with or without an empty block behind it: both encodings are in use.
func (cobs) unstuff(b []byte) ([]byte, bool) {
	out := b[:0]
	for len(b) > 0 {
		code := int(b[0])
		if code == 0 || code > len(b) {
			return nil, false
		}
		out = append(out, b[1:code]...)
		if b = b[code:]; code < cobsFull && len(b) > 0 {
			out = append(out, 0)
		}
	}
	return out, true
}

func (cobs) worst(n int) int { return n + n/(cobsFull-1) + 2 }
