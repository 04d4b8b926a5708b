package gateway

import (
	"sync"

	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/radio"
)

// reports are what links say of themselves: up, down, not delivered. A link must not wait for the loop. So they pile up
// here; of those that only hasten a retry some may be dropped.
type reports struct {
	mu    sync.Mutex
	list  []report
	ready chan struct{}
}

type report struct {
	link  engine.LinkID
	event radio.Event
}

// maxReports bounds the pile. Beyond it, SendFailed is dropped: the protocol's own timers serve too.
const maxReports = 4096

func newReports() *reports { return &reports{ready: make(chan struct{}, 1)} }

// report hands an event of a link to the loop. It never waits.
func (l *loop) report(link engine.LinkID, ev radio.Event) {
	r := l.radios
	r.mu.Lock()
	if len(r.list) < maxReports || ev.Kind != radio.SendFailed {
		r.list = append(r.list, report{link, ev})
	}
	r.mu.Unlock()
	select {
	case r.ready <- struct{}{}:
	default:
	}
}

func (r *reports) take() []report {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := r.list
	r.list = nil
	return list
}

// identity is who a link proves a sender to be: the name of a key or certificate, or else the address itself.
func (l *loop) identity(a engine.Addr) string {
	if named, ok := l.links[a.Link].Link.(interface{ Identity(radio.Peer) string }); ok {
		return named.Identity(a.Peer)
	}
	return l.links[a.Link].name + " " + l.describe(a)
}
