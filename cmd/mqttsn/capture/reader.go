package capture

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"time"
)

var (
	// ErrFormat says that the input is not a capture file, or breaks the rules of its format.
	ErrFormat = errors.New("not a pcap or pcapng file")

	// ErrCutOff says that the file ends in the middle of a packet, as it does when the capturing program is killed.
	ErrCutOff = errors.New("the capture ends in the middle of a packet")

	// ErrLinkType says that packets were captured on a kind of network that this package cannot read.
	ErrLinkType = errors.New("unknown kind of network")
)

// A Datagram is one UDP datagram of a capture.
type Datagram struct {
	Time     time.Time // UTC; zero if the capture does not tell
	From, To netip.AddrPort
	Data     []byte // valid until the next call of Next
	Len      int    // how long it was on the network: more than len(Data) if the capture holds a part only
}

// Cut tells whether the capture holds a part of the datagram only.
func (d Datagram) Cut() bool { return len(d.Data) < d.Len }

// A Reader reads one capture.
type Reader struct {
	frames interface{ next() (frame, error) }
}

// A frame is a packet as it was captured, with the headers of its network.
type frame struct {
	time time.Time
	link linkType
	data []byte // valid until the next one is read
}

// maxFrame bounds the memory for one frame, in octets. Capturing programs stop at 256 KiB.
const maxFrame = 1 << 20

// IsCapture tells whether a file that begins with these octets, four at least, is a capture.
func IsCapture(begin []byte) bool {
	if len(begin) < 4 {
		return false
	}
	_, _, isPcap := pcapMagic(begin)
	return isPcap || binary.BigEndian.Uint32(begin) == blockSection
}

// NewReader reads the beginning of a capture.
func NewReader(r io.Reader) (*Reader, error) {
	b := bufio.NewReader(r)
	magic, err := b.Peek(4)
	if err != nil {
		return nil, fmt.Errorf("%w: it is too short", ErrFormat)
	}
	if binary.BigEndian.Uint32(magic) == blockSection {
		return &Reader{&pcapng{r: b}}, nil
	}
	if _, _, ok := pcapMagic(magic); !ok {
		return nil, ErrFormat
	}
	p, err := newPcap(b)
	if err != nil {
		return nil, err
	}
	return &Reader{p}, nil
}

// Next returns the next UDP datagram, and io.EOF after the last. After any other error there is nothing more to read.
func (r *Reader) Next() (Datagram, error) {
	for {
		f, err := r.frames.next()
		if err != nil {
			return Datagram{}, err
		}
		packet, err := f.link.ip(f.data)
		if err != nil {
			return Datagram{}, err
		}
		if d, ok := udp(packet); ok {
			d.Time = f.time
			return d, nil
		}
	}
}

// readFull fills b. Only the first octet of something may be missing: that is where captures end.
func readFull(r io.Reader, b []byte) error {
	_, err := io.ReadFull(r, b)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrCutOff
	}
	return err
}

// readRest is readFull for what must follow.
func readRest(r io.Reader, b []byte) error {
	err := readFull(r, b)
	if errors.Is(err, io.EOF) {
		return ErrCutOff
	}
	return err
}

// grow returns b with a length of n, and its memory where that will do.
func grow(b []byte, n int) []byte {
	if n <= cap(b) {
		return b[:n]
	}
	return make([]byte, n)
}
