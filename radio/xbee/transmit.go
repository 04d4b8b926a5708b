package xbee

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"mqttsn-gateway/radio"
	"mqttsn-gateway/radio/xbee/frame"
)

var (
	// ErrNoStatus says that the modem has not told what became of a datagram: it may have arrived.
	ErrNoStatus = errors.New("xbee: the modem has not told what became of the datagram")

	// ErrExpired says that a datagram has waited too long for its turn.
	ErrExpired = errors.New("xbee: the datagram has waited too long for the modem")
)

// A DeliveryError says why a datagram was not delivered.
type DeliveryError struct {
	Delivery frame.Delivery
}

func (e *DeliveryError) Error() string { return "xbee: not delivered: " + e.Delivery.String() }

const (
	// slow is how long a datagram may be with the modem before it no longer counts against the window: the modem is
	// searching its destination, and the air is free for others.
	slow = 500 * time.Millisecond

	// maxFlights bounds the datagrams that are with the modem, slow ones included. A Zigbee module can track about ten.
	maxFlights = 10

	// maxAttempts is how often a datagram is handed to a modem that is short of air or buffers.
	maxAttempts = 4
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
	if s.link.outbox.waitingBroadcast() {
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

// landed handles what the modem says became of a datagram.
func (s *session) landed(id byte, delivery frame.Delivery, a16 frame.Addr16, retries uint8) {
	i := slices.IndexFunc(s.flights, func(f *flight) bool { return f.id == id && id != 0 })
	if i < 0 {
		return // we gave it up, or it was for somebody before a restart
	}
	f := s.flights[i]
	s.ids.release(id)
	f.id = 0
	if delivery.Class() == frame.Congestion && f.attempts < maxAttempts {
		f.again = time.Now().Add(backoff(f.attempts))
		return
	}
	s.flights = slices.Delete(s.flights, i, i+1)
	s.settle(f, delivery, a16, retries)
	s.link.outbox.done(f.queue, f.datagram)
}

// settle draws the conclusions from a delivery. One of a broadcast says nothing.
func (s *session) settle(f *flight, delivery frame.Delivery, a16 frame.Addr16, retries uint8) {
	p := f.queue.peer
	if f.queue.isBroadcast() {
		return
	}
	if delivery == frame.Delivered {
		s.link.nodes.delivered(p, a16, retries)
		return
	}
	err := error(&DeliveryError{delivery})
	switch {
	case delivery.Class() == frame.Link:
		s.link.nodes.located(p, frame.Unknown16)
	case delivery == frame.PayloadTooLarge:
		s.link.lowerMTU(len(f.data))
		err = fmt.Errorf("%w: the modem says so", radio.ErrTooLong)
	case delivery == frame.NotJoined:
		s.restart = ErrNotJoined
	}
	s.failed(f, err)
}

// expireFlights gives up the datagrams of which the modem does not tell what became.
func (s *session) expireFlights(now time.Time) {
	for i := len(s.flights) - 1; i >= 0; i-- {
		if f := s.flights[i]; f.id != 0 && !now.Before(f.left.Add(s.link.cfg.StatusTimeout)) {
			s.flights = slices.Delete(s.flights, i, i+1)
			s.giveUp(f, ErrNoStatus)
			s.link.countNoStatus()
		}
	}
}

// abandon gives up all flights: the modem has forgotten them.
func (s *session) abandon(err error) {
	for _, f := range s.flights {
		s.giveUp(f, err)
	}
	s.flights = nil
}

func (s *session) giveUp(f *flight, err error) {
	if f.id != 0 {
		s.ids.release(f.id)
	}
	s.failed(f, err)
	s.link.outbox.done(f.queue, f.datagram)
}

// failed tells that a datagram did not reach its node. Broadcasts reach nobody in particular.
func (s *session) failed(f *flight, err error) {
	if !f.queue.isBroadcast() {
		s.link.nodes.failed(f.queue.peer, err)
		s.link.cfg.OnEvent(radio.Event{Kind: radio.SendFailed, Peer: f.queue.peer, Err: err})
	}
}

// backoff is the pause before a datagram is handed over again, after so many attempts: 50 to 500 ms.
func backoff(attempts int) time.Duration {
	most := min(50*time.Millisecond<<attempts, 500*time.Millisecond)
	return most/2 + rand.N(most/2)
}
