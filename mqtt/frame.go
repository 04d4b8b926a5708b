package mqtt

import "io"

// Sizes of the buffer between the connection and the decoder, in octets. Most connections are quiet, so it begins
// small and doubles when a read has filled it. Above largestBuffer it grows only for a packet that needs it, and only
// as that packet arrives: what a peer claims costs nothing. After such a packet it shrinks again.
const (
	smallestBuffer = 128
	largestBuffer  = 8 << 10
)

// frames cuts a stream into packets: an octet with type and flags, the length of the rest, the rest (2.1).
type frames struct {
	src     io.Reader
	maxSize int // of a whole packet, in octets

	// check judges a packet by its first octet, before the rest is here.
	check func(first byte) error

	// wait is called before a read that waits for the rest of a packet, with the number of octets that are missing, as
	// far as the packet tells; and with 0 when it is there. At most three calls a packet, so a deadline set here holds.
	wait   func(missing int)
	waited int // the size of the packet for which wait was called last, 1 if unknown, 0 if no packet is waited for

	buf  []byte
	r, w int  // buf[r:w] was read and not yet returned
	full bool // the last read filled the buffer
}

// next returns the next packet: its first octet, and its body, which is valid until the next call. The error is io.EOF
// only between packets.
func (f *frames) next() (header byte, body []byte, err error) {
	for {
		head, size, err := f.peek()
		if err != nil {
			return 0, nil, err
		}
		have := f.w - f.r
		if size > 0 && size <= have {
			if f.waited > 0 {
				f.waited = 0
				f.wait(0)
			}
			packet := f.buf[f.r : f.r+size]
			f.r += size
			return packet[0], packet[head:], nil
		}
		if have > 0 && f.waited < max(size, 1) {
			f.waited = max(size, 1)
			f.wait(max(size-have, 1))
		}
		if err := f.fill(); err == io.EOF && have > 0 {
			return 0, nil, io.ErrUnexpectedEOF
		} else if err != nil {
			return 0, nil, err
		}
	}
}

// peek returns the sizes of the fixed header and of the whole packet that come next, 0 if there is too little to tell.
func (f *frames) peek() (head, size int, err error) {
	if f.r == f.w {
		return 0, 0, nil
	}
	if err := f.check(f.buf[f.r]); err != nil {
		return 0, 0, err
	}
	length, n := varint(f.buf[f.r+1 : f.w])
	switch {
	case n < 0:
		return 0, 0, &ProtocolError{MalformedPacket, "remaining length is longer than it needs to be"}
	case n == 0:
		return 0, 0, nil
	}
	head = 1 + n
	size = head + int(length)
	if size > f.maxSize {
		return 0, 0, &ProtocolError{PacketTooLarge, "packet is larger than the maximum packet size"}
	}
	return head, size, nil
}

// buffered reports whether next would return without reading.
func (f *frames) buffered() bool {
	_, size, err := f.peek()
	return err != nil || size > 0 && size <= f.w-f.r
}

// fill reads once.
func (f *frames) fill() error {
	f.makeRoom()
	n, err := f.src.Read(f.buf[f.w:])
	f.w += n
	f.full = f.w == len(f.buf)
	if n > 0 {
		return nil // an error with it will come again
	}
	if err == nil {
		return io.ErrNoProgress
	}
	return err
}

// makeRoom moves what is pending to the start of the buffer, and chooses the buffer's size.
func (f *frames) makeRoom() {
	pending := f.buf[f.r:f.w]
	size := len(f.buf)
	switch {
	case size == 0:
		size = smallestBuffer
	case len(pending) == size, f.full && size < largestBuffer:
		size *= 2
	case len(pending) == 0 && size > largestBuffer:
		size = largestBuffer
	}
	to := f.buf
	if size != len(f.buf) {
		to = make([]byte, size)
	}
	copy(to, pending)
	f.buf, f.r, f.w = to, 0, len(pending)
}
