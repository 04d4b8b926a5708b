package xbee

// Frames on the serial line: 7E, length, content, checksum; in API mode 2 with escapes.

const (
	start   = 0x7E
	escape  = 0x7D
	longest = 2048
)

// encode puts content on the line. API mode is 1 or 2.
func encode(apiMode byte, content []byte) []byte {
	var sum byte
	for _, c := range content {
		sum += c
	}
	inner := append([]byte{byte(len(content) >> 8), byte(len(content))}, content...)
	inner = append(inner, 255-sum)
	out := []byte{start}
	for _, c := range inner {
		special := c == start || c == escape || c == 0x11 || c == 0x13
		if apiMode == 2 && special {
			out = append(out, escape, c^0x20)
		} else {
			out = append(out, c)
		}
	}
	return out
}

// A decoder is the module's side of the line. Like a real module it does not search for frames in what was damaged: it
// waits for the next start.
type decoder struct {
	apiMode byte
	inFrame bool
	escaped bool
	got     []byte
	bad     int // frames with a wrong checksum
}

// next takes one octet and returns a frame's content when it is complete. The content is the caller's.
func (d *decoder) next(c byte) []byte {
	switch {
	case c == start && (d.apiMode == 2 || !d.inFrame):
		*d = decoder{apiMode: d.apiMode, inFrame: true, bad: d.bad}
		return nil
	case !d.inFrame:
		return nil
	case d.apiMode == 2 && c == escape:
		d.escaped = true
		return nil
	case d.escaped:
		d.escaped = false
		c ^= 0x20
	}
	d.got = append(d.got, c)
	if len(d.got) < 2 {
		return nil
	}
	length := int(d.got[0])<<8 + int(d.got[1])
	if length == 0 || length > longest {
		d.inFrame = false
		return nil
	}
	if len(d.got) < 2+length+1 {
		return nil
	}
	d.inFrame = false
	var sum byte
	for _, c := range d.got[2:] {
		sum += c
	}
	if sum != 255 {
		d.bad++
		return nil
	}
	content := d.got[2 : 2+length]
	d.got = nil
	return content
}
