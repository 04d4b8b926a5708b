package gateway

import (
	"time"

	"mqttsn-gateway/gateway/engine"
)

// repeats keeps the log from saying the same thing over and over, and strangers from filling the disk with it. In each
// minute it lets a warning, or something for developers, pass a few times for each device, and more often over all; the
// rest is counted, and the count is logged when the minute is over. The admin page sees everything. The zero value is ready.
type repeats struct {
	since time.Time // when the present minute began
	said  map[repeat]int
	kinds map[engine.NoteKind]int
	held  map[engine.NoteKind]int
}

// A repeat is what counts as the same.
type repeat struct {
	kind   engine.NoteKind
	client string
}

const (
	repeatTime    = time.Minute
	repeatsClient = 10  // of one kind, about one device
	repeatsKind   = 200 // of one kind
)

// again reports whether a note has been logged often enough.
func (r *repeats) again(n *engine.Note) bool {
	if n.Kind.Level() == engine.Info {
		return false // who is let in, and who leaves: there is a limit to sessions
	}
	if r.said == nil {
		r.said, r.kinds, r.held = make(map[repeat]int), make(map[engine.NoteKind]int), make(map[engine.NoteKind]int)
	}
	same := repeat{n.Kind, n.Client}
	if r.kinds[n.Kind] >= repeatsKind || r.said[same] >= repeatsClient {
		r.held[n.Kind]++
		return true
	}
	r.kinds[n.Kind]++
	r.said[same]++
	return false
}

// held is how many notes of a kind were not logged.
type held struct {
	kind  engine.NoteKind
	count int
}

// over begins a new minute if the present one is over, and returns what was held back in it.
func (r *repeats) over(now time.Time) (all []held) {
	if now.Sub(r.since) < repeatTime {
		return nil
	}
	r.since = now
	for kind, count := range r.held {
		all = append(all, held{kind, count})
	}
	clear(r.said)
	clear(r.kinds)
	clear(r.held)
	return all
}
