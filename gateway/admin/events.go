package admin

import (
	"net/http"
	"sync"
	"time"

	"mqttsn-gateway/gateway/engine"
)

// Events remembers what happened lately. It may be used by many goroutines.
type Events struct {
	mu      sync.Mutex
	ring    [keptEvents]event
	last    uint64        // the number of the newest; 0 before the first
	changed chan struct{} // closed at the next event; nil if nobody waits
	second  time.Time     // when the present second of details began
	details int           // of this second
}

// An event is shown only when somebody looks.
type event struct {
	at   time.Time
	note engine.Note
}

const (
	keptEvents    = 2000
	defaultEvents = 100

	// maxDetails is how many notes for developers are remembered in a second: a flood of nonsense must not push out what
	// operators want to see.
	maxDetails = 20
)

var levels = [...]string{engine.Debug: "debug", engine.Info: "info", engine.Warn: "warn"}

// Add remembers a note. It never waits.
func (l *Events) Add(at time.Time, n engine.Note) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n.Kind.Level() == engine.Debug && !l.detail(at) {
		return
	}
	l.last++
	l.ring[l.last%keptEvents] = event{at, n}
	if l.changed != nil {
		close(l.changed)
		l.changed = nil
	}
}

func (l *Events) detail(at time.Time) bool {
	if at.Sub(l.second) >= time.Second {
		l.second, l.details = at, 0
	}
	l.details++
	return l.details <= maxDetails
}

// since returns the events behind number seq that are still there, and a channel that is closed when there are more.
func (l *Events) since(s *Server, seq uint64) (events []Event, more <-chan struct{}) {
	first, kept, more := l.behind(seq)
	for i := range kept {
		events = append(events, s.showEvent(first+uint64(i), &kept[i]))
	}
	return events, more
}

// behind copies what since shows; the loop, which adds, must not wait while it is made readable.
func (l *Events) behind(seq uint64) (first uint64, kept []event, more <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if seq > l.last {
		seq = 0 // of another life of the gateway
	}
	if l.last > keptEvents {
		seq = max(seq, l.last-keptEvents)
	}
	first = seq + 1
	kept = make([]event, 0, l.last-seq)
	for n := first; n <= l.last; n++ {
		kept = append(kept, l.ring[n%keptEvents])
	}
	if l.changed == nil {
		l.changed = make(chan struct{})
	}
	return first, kept, l.changed
}

// newest is the number of the newest event; 0 before the first.
func (l *Events) newest() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last
}

// recent returns the last events that match, the newest last.
func (l *Events) recent(s *Server, limit int, matches func(*Event) bool) []Event {
	all, _ := l.since(s, 0)
	kept := []Event{}
	for i := range all {
		if matches(&all[i]) {
			kept = append(kept, all[i])
		}
	}
	return kept[max(0, len(kept)-limit):]
}

func (s *Server) showEvent(seq uint64, e *event) Event {
	n := &e.note
	shown := Event{
		Seq: seq, Time: e.at.Round(0).UTC(), Level: levels[n.Kind.Level()], Event: n.Kind.String(), Client: n.Client, Detail: n.Text,
	}
	if n.Addr != (engine.Addr{}) {
		shown.Link, shown.Address = s.cfg.Links[n.Addr.Link].Name, s.cfg.Describe(n.Addr)
	}
	return shown
}

func (s *Server) events(r *http.Request) (any, error) {
	limit, err := number(r, "limit", defaultEvents, keptEvents)
	if err != nil {
		return nil, err
	}
	return EventList{s.cfg.Events.recent(s, limit, eventFilter(r))}, nil
}

// eventFilter is what the query asks for: the events of one device or client, or from a level on.
func eventFilter(r *http.Request) func(*Event) bool {
	q := r.URL.Query()
	client, level := q.Get("client"), q.Get("level")
	least := 0
	for i, name := range levels {
		if name == level {
			least = i
		}
	}
	return func(e *Event) bool {
		return (client == "" || e.Client == client) && !quieter(e.Level, least)
	}
}

func quieter(level string, least int) bool {
	for _, name := range levels[:least] {
		if name == level {
			return true
		}
	}
	return false
}
