package xbee

import (
	"fmt"

	"mqttsn-gateway/radio"
	"mqttsn-gateway/radio/xbee/frame"
)

// SerialCounters tell how the serial line works.
type SerialCounters struct {
	frame.Counters
	Unknown  uint64 // good frames that are of no use to us
	NoStatus uint64 // datagrams of which the modem has not told what became
	Opened   uint64 // times that the port was opened
}

// Status is how a link is.
type Status struct {
	Up          bool
	Problem     error  // why it is down
	Modem       Modem  // what the modem was when it was last asked; the zero Modem if it never was
	ModemStatus string // what the modem has last said of itself, like "joined the network"
	Waiting     int    // datagrams that wait for the modem
	Serial      SerialCounters
}

// Status tells how the link is.
func (l *Link) Status() Status {
	l.mu.Lock()
	defer l.mu.Unlock()
	return Status{Up: l.isUp, Problem: l.problem, Modem: l.modem, ModemStatus: l.status, Waiting: l.outbox.len(),
		Serial: l.serial}
}

// setUp makes the link usable with that modem, and tells.
func (l *Link) setUp(m *Modem) {
	l.mu.Lock()
	l.modem, l.isUp, l.problem = *m, true, nil
	l.mtu = m.MaxPayload - m.cost(l.cfg.Options)
	if l.cfg.MaxPayload > 0 {
		l.mtu = min(l.mtu, l.cfg.MaxPayload)
	}
	close(l.up)
	l.mu.Unlock()
	l.cfg.OnEvent(radio.Event{Kind: radio.LinkUp})
}

// setDown makes the link unusable. It tells once: what hinders it from coming up again is only to be seen in Status.
func (l *Link) setDown(err error) {
	l.mu.Lock()
	tell := l.isUp || l.problem == nil
	if l.isUp {
		l.isUp = false
		l.up = make(chan struct{})
	}
	l.problem = err
	l.mu.Unlock()
	if tell {
		l.cfg.OnEvent(radio.Event{Kind: radio.LinkDown, Err: fmt.Errorf("xbee: %w", err)})
	}
}

// lowerMTU notes that the modem has found a datagram of n octets too large.
func (l *Link) lowerMTU(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mtu = max(min(l.mtu, n-1), min(l.mtu, minPayload))
}

func (l *Link) countUnknown() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.serial.Unknown++
}

func (l *Link) countNoStatus() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.serial.NoStatus++
}
