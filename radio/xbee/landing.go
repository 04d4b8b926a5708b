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

// maxAttempts is how often a datagram is handed to a modem that is short of air or buffers.
const maxAttempts = 4

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
