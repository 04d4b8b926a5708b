package xbee

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"mqttsn-gateway/radio"
	"mqttsn-gateway/radio/xbee/frame"
)

const (
	// missedChecks is how many questions after its health a modem may leave unanswered.
	missedChecks = 3

	// rssiInterval is how often a modem is asked for the strength of what it heard, at most.
	rssiInterval = time.Second
)

// A session is the time from opening the port to closing it. It belongs to one goroutine: everything happens in its
// calls, and in those that the line makes back during a step.
type session struct {
	console
	link  *Link
	modem *Modem // nil before the first interrogation

	restart error // set if the modem has to be interrogated again; why

	flights       []*flight
	nextBroadcast time.Time

	lastFrame time.Time // when the modem was last heard
	checking  bool
	missed    int // health checks without an answer, in a row

	rssi    rssiProbe
	earlier frame.Counters // of the ports before this one
}

func newSession(ctx context.Context, l *Link, port io.ReadWriteCloser) *session {
	s := &session{link: l, lastFrame: time.Now(), earlier: l.Status().Serial.Counters}
	s.console.other = s.dispatch
	s.line = newLine(ctx, port, l.cfg.Baud, func(data []byte) {
		s.lastFrame = time.Now()
		s.console.handle(data)
	})
	return s
}

func (s *session) close() {
	s.line.close()
	s.count()
}

// count publishes the line's counters.
func (s *session) count() {
	s.link.mu.Lock()
	defer s.link.mu.Unlock()
	s.link.serial.Counters = s.earlier.Plus(s.line.parser.Counters())
}

// serve moves datagrams until the modem wants a restart or something fails.
func (s *session) serve(ctx context.Context) error {
	for s.restart == nil {
		now := time.Now()
		s.expire(now)
		s.expireFlights(now)
		next, err := s.pump(now)
		if err != nil {
			return err
		}
		check, err := s.checkHealth(now)
		if err != nil {
			return err
		}
		probe, err := s.probeRSSI(now)
		if err != nil {
			return err
		}
		if err := s.line.step(ctx, earliest(next, check, probe, s.console.deadline()), s.link.outbox.put); err != nil {
			return err
		}
		s.count()
	}
	return s.restart
}

// checkHealth asks a modem that has been silent how it is, and returns when to look again.
func (s *session) checkHealth(now time.Time) (next time.Time, err error) {
	if s.missed >= missedChecks {
		return next, fmt.Errorf("%w any more", ErrNoAnswer)
	}
	if s.checking {
		return next, nil
	}
	if due := s.lastFrame.Add(s.link.cfg.HealthInterval); now.Before(due) {
		return due, nil
	}
	s.checking = true
	return next, s.query(query{command: "AI", deadline: now.Add(answerTimeout), answered: func(v []byte, err error) {
		s.checking = false
		if errors.Is(err, ErrNoAnswer) {
			s.missed++
			return
		}
		s.missed = 0
		if ai := uint8(number(v)); err == nil && ai != 0 {
			s.restart = fmt.Errorf("%w any more: %s", ErrNotJoined, association(s.modem.Family, ai))
		}
	}}, nil)
}

// An rssiProbe asks how strong the latest datagram was, where its frame does not tell. The modem remembers only one, so
// the answer counts if nothing else was heard in between.
type rssiProbe struct {
	heard radio.Peer // who was heard last and is not probed yet; nobody if none
	count uint64     // of datagrams heard
	next  time.Time
}

// probeRSSI asks if there is somebody to ask about and the line is free, and returns when to look again.
func (s *session) probeRSSI(now time.Time) (next time.Time, err error) {
	r := &s.rssi
	if r.heard == (radio.Peer{}) || len(s.flights) > 0 || s.link.outbox.len() > 0 {
		return next, nil
	}
	if now.Before(r.next) {
		return r.next, nil
	}
	peer, count := r.heard, r.count
	r.heard, r.next = radio.Peer{}, now.Add(rssiInterval)
	return next, s.query(query{command: "DB", deadline: now.Add(answerTimeout), answered: func(v []byte, err error) {
		if err == nil && len(v) > 0 && count == r.count {
			s.link.nodes.measured(peer, frame.RSSI(min(number(v), 255)).DBm())
		}
	}}, nil)
}
