package frame

import (
	"bytes"
	"time"
)

const (
	// DefaultLimit is the longest frame data that a Parser accepts unless told otherwise. A short limit matters: a
	// length that noise has made up swallows at most that many octets.
	DefaultLimit = 300

	// hardLimit bounds what a Parser may be told.
	hardLimit = 2048

	// headerSize are the delimiter and the length, framing what a frame has beside its data.
	headerSize = 3
	framing    = headerSize + 1
)

// A Parser finds frames among the octets of a serial line, and finds its way back after noise and loss:
//
//   - in Escaped mode a delimiter always begins a new frame;
//   - in Plain mode a delimiter may be data, so when a frame turns out bad, only its first octet is dropped and the
//     rest is searched again: a good frame that a corrupt one has swallowed is still found.
//
// A frame whose checksum is wrong is never delivered. A Parser holds at most one unfinished frame.
type Parser struct {
	mode  Mode
	limit int
	octet time.Duration // time of one octet on the line

	buf     []byte // the unfinished frame, unescaped, from its delimiter on
	escaped bool   // the octet before was an escape
	begun   time.Time
	last    time.Time // arrival of the latest octet

	counters Counters
}

// Counters tell how well a line works. More than a few garbage octets a minute mean a wrong baud rate or API mode.
type Counters struct {
	Frames      uint64 // good frames
	Garbage     uint64 // octets that belonged to no good frame
	BadLength   uint64 // frames refused for their length
	BadChecksum uint64 // frames refused for their checksum
	Aborted     uint64 // frames cut short by the next one's delimiter (Escaped mode)
	TimedOut    uint64 // frames that were never finished
}

// Plus adds up the counters of two lines.
func (c Counters) Plus(d Counters) Counters {
	return Counters{
		Frames:      c.Frames + d.Frames,
		Garbage:     c.Garbage + d.Garbage,
		BadLength:   c.BadLength + d.BadLength,
		BadChecksum: c.BadChecksum + d.BadChecksum,
		Aborted:     c.Aborted + d.Aborted,
		TimedOut:    c.TimedOut + d.TimedOut,
	}
}

// NewParser returns a parser for a line of that many bits per second, which starts in Plain mode.
func NewParser(baud int) *Parser {
	return &Parser{mode: Plain, limit: DefaultLimit, octet: 10 * time.Second / time.Duration(max(baud, 1))}
}

// SetMode tells how frames look from now on. An unfinished frame is dropped.
func (p *Parser) SetMode(m Mode) {
	p.mode = m
	p.drop()
}

// SetLimit sets the longest frame data to accept, 1 to 2048 octets.
func (p *Parser) SetLimit(n int) { p.limit = min(max(n, 1), hardLimit) }

// Counters returns what was counted so far.
func (p *Parser) Counters() Counters { return p.counters }

// Feed takes octets that were read from the line and hands the data of every frame that they complete to deliver, which
// may use it until it returns.
func (p *Parser) Feed(b []byte, now time.Time, deliver func(data []byte)) {
	if len(b) == 0 {
		return
	}
	p.last = now
	if p.mode == Escaped {
		p.feedEscaped(b, now, deliver)
		return
	}
	if len(p.buf) == 0 {
		p.begun = now
	}
	p.buf = append(p.buf, b...)
	p.scan(now, deliver)
}

// Deadline is when an unfinished frame has to be given up; zero if there is none. Octets of a frame follow each other
// within 20 times of an octet, but USB adapters deliver in portions of 16 ms, so 100 ms at least; and a frame may take
// twice its time on the line and half a second.
func (p *Parser) Deadline() time.Time {
	if len(p.buf) == 0 {
		return time.Time{}
	}
	octets := p.limit
	if len(p.buf) >= headerSize {
		octets = length(p.buf)
	}
	gap := p.last.Add(max(20*p.octet, 100*time.Millisecond))
	whole := p.begun.Add(2*time.Duration(octets)*p.octet + 500*time.Millisecond)
	if whole.Before(gap) {
		return whole
	}
	return gap
}

// Expire gives up an unfinished frame whose deadline has passed, and looks for frames that it may have swallowed.
func (p *Parser) Expire(now time.Time, deliver func(data []byte)) {
	for len(p.buf) > 0 && !now.Before(p.Deadline()) {
		p.counters.TimedOut++
		if p.mode == Escaped {
			p.counters.Garbage += uint64(len(p.buf))
			p.drop()
			return
		}
		p.counters.Garbage++
		p.buf = p.buf[:copy(p.buf, p.buf[1:])]
		p.begun = now
		p.scan(now, deliver)
	}
}

func (p *Parser) drop() {
	p.buf = p.buf[:0]
	p.escaped = false
}

// scan searches the buffer of Plain mode, and keeps what may become a frame.
func (p *Parser) scan(now time.Time, deliver func([]byte)) {
	b := p.buf
	for len(b) > 0 {
		if b[0] != delimiter {
			skip := bytes.IndexByte(b, delimiter)
			if skip < 0 {
				skip = len(b)
			}
			p.counters.Garbage += uint64(skip)
			b = b[skip:]
			p.begun = now
			continue
		}
		state := p.examine(b)
		if state == unfinished {
			break
		}
		if state == good {
			end := length(b) + framing
			deliver(b[headerSize : end-1])
			b = b[end:]
		} else {
			p.counters.Garbage++
			b = b[1:]
		}
		p.begun = now
	}
	p.buf = p.buf[:copy(p.buf, b)]
}

func (p *Parser) feedEscaped(b []byte, now time.Time, deliver func([]byte)) {
	for _, c := range b {
		switch {
		case c == delimiter:
			if len(p.buf) > 0 {
				p.counters.Aborted++
				p.counters.Garbage += uint64(len(p.buf))
			}
			p.drop()
			p.begun = now
		case len(p.buf) == 0:
			p.counters.Garbage++
			continue
		case p.escaped:
			c ^= flip
			p.escaped = false
		case c == escape:
			p.escaped = true
			continue
		}
		p.buf = append(p.buf, c)
		switch p.examine(p.buf) {
		case good:
			deliver(p.buf[headerSize : len(p.buf)-1])
			p.drop()
		case bad:
			p.counters.Garbage += uint64(len(p.buf))
			p.drop()
		}
	}
}

type verdict uint8

const (
	unfinished verdict = iota
	good
	bad
)

// examine judges the frame at the beginning of b, which is a delimiter, and counts the judgement.
func (p *Parser) examine(b []byte) verdict {
	if len(b) < headerSize {
		return unfinished
	}
	n := length(b)
	if n < 1 || n > p.limit {
		p.counters.BadLength++
		return bad
	}
	if len(b) < n+framing {
		return unfinished
	}
	if checksum(b[headerSize:headerSize+n]) != b[headerSize+n] {
		p.counters.BadChecksum++
		return bad
	}
	p.counters.Frames++
	return good
}

// length reads the length field of a frame of which at least the header is there.
func length(b []byte) int { return int(b[1])<<8 | int(b[2]) }
