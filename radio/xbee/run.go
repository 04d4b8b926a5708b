package xbee

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"mqttsn-gateway/radio"
	"mqttsn-gateway/radio/port"
	"mqttsn-gateway/radio/xbee/frame"
)

const (
	// quiet is how long a port is left alone after it was opened, for what the line still holds.
	quiet = 100 * time.Millisecond

	// joinPoll is how often a modem is asked whether it has joined.
	joinPoll = time.Second
)

var (
	// ErrNotJoined says that the modem is well, but in no network.
	ErrNotJoined = errors.New("the modem has not joined a network")

	// ErrTransparent says that the modem passes on octets rather than frames (AP=0).
	ErrTransparent = errors.New("the modem is in transparent mode (AP=0): set AP to 1 or 2")

	// ErrGarbage says that octets arrive that are not frames.
	ErrGarbage = errors.New("what arrives at the serial port are not XBee frames: is the baud rate right?")
)

// run keeps the link alive until ctx is done.
func (l *Link) run(ctx context.Context) {
	port.Keep(ctx, l.open, l.use, func(radio.Event) {}) // a modem has more ups and downs than its port: see setDown
}

// open is the port.Opener of run.
func (l *Link) open(ctx context.Context) (io.ReadWriteCloser, error) {
	p, err := l.cfg.Open(ctx)
	if err != nil {
		l.setDown(fmt.Errorf("the serial port cannot be opened: %w", err))
		return nil, err
	}
	l.mu.Lock()
	l.serial.Opened++
	l.mu.Unlock()
	return p, nil
}

// use is the port.Use of run: it serves the modem until the port fails. A modem that resets or leaves its network is
// asked again over the same port: closing it might reset the modem once more.
func (l *Link) use(ctx context.Context, p io.ReadWriteCloser, up func()) error {
	s := newSession(ctx, l, p)
	defer s.close()
	down := func(err error) error {
		if ctx.Err() == nil {
			l.setDown(err)
			s.abandon(err)
		}
		return err
	}
	if err := s.pause(ctx, quiet); err != nil {
		return down(err)
	}
	for {
		if err := s.start(ctx); err != nil {
			return down(err)
		}
		up()
		if err := down(s.serve(ctx)); s.restart == nil || ctx.Err() != nil {
			return err
		}
	}
}

// start asks the modem everything and waits until it has joined. The link is up then.
func (s *session) start(ctx context.Context) error {
	for {
		s.restart = nil
		m, err := s.interrogate(ctx)
		if err != nil {
			return s.diagnose(ctx, err)
		}
		s.modem = m
		if m.Association == 0 && s.restart == nil {
			s.link.setUp(m)
			return nil
		}
		if err := s.awaitJoin(ctx); err != nil {
			return err
		}
	}
}

// awaitJoin returns when the modem has joined.
func (s *session) awaitJoin(ctx context.Context) error {
	for ai := s.modem.Association; ai != 0; {
		s.link.setDown(fmt.Errorf("%w: %s", ErrNotJoined, association(s.modem.Family, ai)))
		if err := s.pause(ctx, joinPoll); err != nil {
			return err
		}
		v, err := s.ask(ctx, "AI")
		if err != nil {
			return err
		}
		ai = uint8(number(v))
	}
	return nil
}

// diagnose finds out why a modem does not answer.
func (s *session) diagnose(ctx context.Context, err error) error {
	if !errors.Is(err, ErrNoAnswer) {
		return err
	}
	if c := s.line.parser.Counters(); c.Frames == 0 && c.Garbage > 0 {
		return fmt.Errorf("%w (%d now)", ErrGarbage, s.link.cfg.Baud)
	}
	entered, e := s.enterCommandMode(ctx)
	if e != nil {
		return e
	}
	if !entered {
		return fmt.Errorf("%w: is it powered and wired, and is its baud rate %d?", err, s.link.cfg.Baud)
	}
	if err := s.leaveCommandMode(ctx); err != nil {
		return err
	}
	return ErrTransparent
}

// modemStatus handles what the modem says of itself (reference, section 8.3).
func (s *session) modemStatus(status frame.Status) {
	s.link.mu.Lock()
	s.link.status = status.String()
	s.link.mu.Unlock()
	switch status {
	case frame.HardwareReset, frame.WatchdogReset:
		s.restart = fmt.Errorf("the modem was reset: %v", status)
	case frame.Disassociated, frame.NetworkLost:
		s.restart = fmt.Errorf("%w any more: %v", ErrNotJoined, status)
	case frame.ConfigurationChanged, frame.PANChanged, frame.RouterPANChanged:
		s.restart = fmt.Errorf("the modem's network has changed: %v", status)
	}
}
