package xbee

import (
	"context"
	"fmt"
	"io"
	"time"

	"mqttsn-gateway/radio/xbee/frame"
)

// writeTimeout ends a port that takes no octets: the modem has held us up by flow control, or is gone.
const writeTimeout = 5 * time.Second

// A line is an open port and the frames on it. It belongs to one goroutine, which calls step to let things happen, and
// has one of its own that reads.
type line struct {
	port    io.ReadWriteCloser
	octet   time.Duration
	mode    frame.Mode
	parser  *frame.Parser
	deliver func(data []byte) // gets every good frame, during step
	plain   func(b []byte)    // if set, gets the octets instead of the parser

	chunks chan []byte // what was read; closed when the port has failed
	spare  chan []byte // buffers, back to the reader
	failed error       // why, once chunks is closed

	forget func() bool // unties the port from the context

	timer *time.Timer // of step
	stuck *time.Timer // of write
	out   []byte      // the frame on its way out
	idle  time.Time   // when the line will have carried all that was written
}

// newLine takes over port. It is closed when ctx is done, or by close.
func newLine(ctx context.Context, port io.ReadWriteCloser, baud int, deliver func([]byte)) *line {
	l := &line{
		port: port, octet: 10 * time.Second / time.Duration(baud),
		mode: frame.Plain, parser: frame.NewParser(baud), deliver: deliver,
		chunks: make(chan []byte), spare: make(chan []byte, 2),
		timer: time.NewTimer(0),
		stuck: time.AfterFunc(writeTimeout, func() { port.Close() }),
	}
	l.stuck.Stop()
	for range cap(l.spare) {
		l.spare <- make([]byte, 4096)
	}
	l.forget = context.AfterFunc(ctx, func() { port.Close() })
	go l.read()
	return l
}

func (l *line) read() {
	defer close(l.chunks)
	for b := range l.spare {
		n, err := l.port.Read(b[:cap(b)])
		l.chunks <- b[:n]
		if err != nil {
			l.failed = err
			return
		}
	}
}

// close closes the port and waits for the reader.
func (l *line) close() {
	l.port.Close()
	for b := range l.chunks {
		l.spare <- b
	}
	l.forget()
	l.timer.Stop()
	l.stuck.Stop()
}

// setMode tells how the modem frames.
func (l *line) setMode(m frame.Mode) {
	l.mode = m
	l.parser.SetMode(m)
}

// step waits until octets have come, until that time (zero: no limit), or for wake, and handles what came. An error
// means that the port has failed or that ctx is done.
func (l *line) step(ctx context.Context, until time.Time, wake <-chan struct{}) error {
	var late <-chan time.Time
	if deadline := earliest(until, l.parser.Deadline()); !deadline.IsZero() {
		l.timer.Reset(time.Until(deadline))
		late = l.timer.C
	}
	select {
	case b, ok := <-l.chunks:
		return l.take(b, ok)
	case <-late:
		select { // what has arrived in time counts, even if we are late
		case b, ok := <-l.chunks:
			return l.take(b, ok)
		default:
			l.parser.Expire(time.Now(), l.deliver)
		}
	case <-wake:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

func (l *line) take(b []byte, ok bool) error {
	if !ok {
		return fmt.Errorf("the serial port has failed: %w", l.failed)
	}
	if l.plain != nil {
		l.plain(b)
	} else {
		l.parser.Feed(b, time.Now(), l.deliver)
	}
	l.spare <- b
	return nil
}

// write puts a frame on the line in one piece, and returns when its last octet will have left.
func (l *line) write(data []byte) (left time.Time, err error) {
	l.out = frame.Append(l.out[:0], l.mode, data)
	if err := l.writeRaw(l.out); err != nil {
		return left, err
	}
	now := time.Now()
	if l.idle.Before(now) {
		l.idle = now
	}
	l.idle = l.idle.Add(time.Duration(len(l.out)) * l.octet)
	return l.idle, nil
}

func (l *line) writeRaw(b []byte) error {
	l.stuck.Reset(writeTimeout)
	defer l.stuck.Stop()
	n, err := l.port.Write(b)
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	if err != nil {
		return fmt.Errorf("the serial port has failed: %w", err)
	}
	return nil
}

// earliest returns the first of the times that is not zero.
func earliest(ts ...time.Time) (first time.Time) {
	for _, t := range ts {
		if !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	return first
}
