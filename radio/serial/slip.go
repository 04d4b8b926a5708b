package serial

// slip is RFC 1055. An END before the datagram as well flushes what noise has left at the receiver.
type slip struct{}

const (
	slipEnd    = 0xC0
	slipEsc    = 0xDB
	slipEscEnd = 0xDC // stands for END after ESC
	slipEscEsc = 0xDD // stands for ESC after ESC
)

func (slip) append(dst, b []byte) []byte {
	dst = append(dst, slipEnd)
	for _, c := range b {
		switch c {
		case slipEnd:
			dst = append(dst, slipEsc, slipEscEnd)
		case slipEsc:
			dst = append(dst, slipEsc, slipEscEsc)
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, slipEnd)
}

func (slip) unstuff(b []byte) ([]byte, bool) {
	out := b[:0]
	for i := 0; i < len(b); i++ {
		c := b[i]
		if c == slipEsc {
			i++
			if i == len(b) {
				return nil, false
			}
			switch b[i] {
			case slipEscEnd:
				c = slipEnd
			case slipEscEsc:
				c = slipEsc
			default:
				return nil, false
			}
		}
		out = append(out, c)
	}
	return out, true
}

func (slip) worst(n int) int { return 2 * n }
