package xbee

import (
	"time"

	"mqttsn-gateway/radio"
	"mqttsn-gateway/radio/xbee/frame"
)

const (
	// slow is how long a datagram may be with the modem before it no longer counts against the window: the modem is
	// searching its destination, and the air is free for others.
	slow = 500 * time.Millisecond

	// maxFlights bounds the datagrams that are with the modem, slow ones included. A Zigbee module can track about ten.
	maxFlights = 10
)

// A flight is a datagram on its way through the modem.
type flight struct {
	datagram
	queue    *queue
	id       byte      // 0 while it waits to be handed over again
	octets   int       // on the line
	left     time.Time // when the line had carried it
	again    time.Time // when to hand it over again, if id is 0
	attempts int
}

// pump hands the modem as many datagrams as it may have, and returns when to try again: zero if only an event can help.
func (s *session) pump(now time.Time) (next time.Time, err error) {
	for {
		if wait, ok := s.room(now); !ok {
			return earliest(wait, s.landing()), nil
		}
		f := s.nextFlight(now)
		if f == nil {
			return s.nextStart(), nil
		}
		if err := s.launch(f, now); err != nil {
			return next, err
		}
	}
}

// room tells whether the modem may have another datagram, and if not, when that may change by itself.
func (s *session) room(now time.Time) (wait time.Time, ok bool) {
	flying, fresh, octets := 0, 0, 0
	for _, f := range s.flights {
		if f.id == 0 {
			continue
		}
		flying++
		if late := f.left.Add(slow); now.Before(late) {
			fresh++
			octets += f.octets
			wait = earliest(wait, late)
		}
	}
	return wait, flying < maxFlights && fresh < s.link.cfg.Window && s.modem.holds(octets)
}

// nextFlight chooses what to send: what the modem has given back first, then broadcasts, then the nodes in turn. What
// has waited too long is dropped.
func (s *session) nextFlight(now time.Time) *flight {
	for _, f := range s.flights {
		if f.id == 0 && !now.Before(f.again) {
			return f
		}
	}
	for {
		q, d := s.link.outbox.take(!now.Before(s.nextBroadcast))
		if q == nil {
			return nil
		}
		f := &flight{datagram: d, queue: q}
		if now.Before(d.expires) {
			s.flights = append(s.flights, f)
			return f
		}
		s.link.CountSendError()
		s.failed(f, ErrExpired)
		s.link.outbox.done(q, d)
	}
}

// nextStart is when something that is not ready now will be.
func (s *session) nextStart() time.Time {
	next := s.landing()
	for _, f := range s.flights {
		if f.id == 0 {
			next = earliest(next, f.again)
		}
	}
	if s.link.outbox.broadcastWaits() {
		next = earliest(next, s.nextBroadcast)
	}
	return next
}

// landing is when the next flight has to be given up.
func (s *session) landing() (first time.Time) {
	for _, f := range s.flights {
		if f.id != 0 {
			first = earliest(first, f.left.Add(s.link.cfg.StatusTimeout))
		}
	}
	return first
}

// launch writes a datagram to the modem.
func (s *session) launch(f *flight, now time.Time) (err error) {
	f.id = s.ids.take()
	f.attempts++
	s.scratch = s.request(s.scratch[:0], f)
	f.octets = len(s.scratch)
	if f.left, err = s.line.write(s.scratch); err != nil {
		return err
	}
	if f.queue.isBroadcast() {
		s.nextBroadcast = now.Add(s.link.cfg.BroadcastInterval)
	}
	if f.attempts == 1 {
		s.link.CountSent(len(f.data))
		s.link.nodes.sent(f.queue.peer)
	}
	return nil
}

// request appends the frame that sends a datagram, of the kind that the modem and the address want.
func (s *session) request(b []byte, f *flight) []byte {
	dest, dest16 := frame.Broadcast, frame.Unknown16
	options := frame.TxOptions(0)
	if p := f.queue.peer; !f.queue.isBroadcast() {
		options = s.link.cfg.Options
		if p[0] == kindNode64 {
			dest, dest16 = addr64(p), s.hint(p)
		} else {
			dest = frame.Unknown64
			_, dest16 = addr16(p)
		}
	}
	switch {
	case s.modem.legacy() && dest == frame.Unknown64:
		r := frame.Transmit16{ID: f.id, Dest: dest16, Options: options, Data: f.data}
		return r.Append(b)
	case s.modem.legacy():
		r := frame.Transmit64{ID: f.id, Dest: dest, Options: options, Data: f.data}
		return r.Append(b)
	case s.link.cfg.Explicit:
		r := frame.ExplicitTransmit{ID: f.id, Dest: dest, Dest16: dest16, Endpoint: frame.SerialData, Radius: f.radius,
			Options: options, Data: f.data}
		return r.Append(b)
	}
	r := frame.Transmit{ID: f.id, Dest: dest, Dest16: dest16, Radius: f.radius, Options: options, Data: f.data}
	return r.Append(b)
}

// hint is the 16-bit address that spares a Zigbee modem a search.
func (s *session) hint(p radio.Peer) frame.Addr16 {
	if s.modem.Family != Zigbee {
		return frame.Unknown16
	}
	return s.link.nodes.hint(p)
}
