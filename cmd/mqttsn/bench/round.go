package bench

import (
	"context"
	"time"
)

// A round is a question that each of some devices asks once.
type round struct {
	times []time.Duration // until the answer came, of those that got one
	open  int             // devices that wait
}

func (r *round) answered(d *device, now time.Duration) {
	r.open--
	r.times = append(r.times, now-d.since)
}

func (r *round) gaveUp(*device) { r.open-- }

// atATime is how many ask before others have a turn.
const atATime = 64

// round has devices ask, up to so many at once, until all have an answer or have given up, or the time is over. It returns
// how long the answers took, counted from when each device was free to ask: with all at once, from the beginning.
func (f *fleet) round(ctx context.Context, devices []device, atOnce int, until time.Duration, q question, tell func(done int)) ([]time.Duration, error) {
	r := &round{times: make([]time.Duration, 0, len(devices))}
	begun := f.now()
	for next := 0; (next < len(devices) || r.open > 0) && f.now() < until; {
		since := f.now()
		if atOnce >= len(devices) {
			since = begun
		}
		for range atATime {
			if next == len(devices) || r.open == atOnce {
				break
			}
			d := &devices[next]
			d.task, d.got = r, 0
			r.open++
			f.ask(d, since, q)
			next++
		}
		wait := until
		if next < len(devices) && r.open < atOnce {
			wait = 0 // there is more to ask, but others shall have their turn
		}
		if err := f.step(ctx, wait); err != nil {
			return nil, err
		}
		tell(len(r.times))
	}
	for i := range devices {
		devices[i].awaits = 0 // those that the time was too short for
	}
	return r.times, nil
}
