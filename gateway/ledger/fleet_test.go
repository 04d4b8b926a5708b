package ledger

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"mqttsn-gateway/mqtt"
)

var deviceCount = flag.Int("devices", 60, "simulated devices, half of which sleep")

// A fleet is all devices and ordinary clients of a test, and their load.
type fleet struct {
	t      *testing.T
	w      *world
	ledger *Ledger

	devices    []*device
	observers  []*hub // receive what devices publish
	publishers []*hub // publish to devices

	keepAlive    time.Duration // of devices
	sleepFor     time.Duration // for which they sleep: longer than any pause between two signs of life of a sleeper
	pace         time.Duration // between two messages of a device that is awake
	silenceAfter time.Duration // when some devices fall silent
	goodbyes     bool          // the gateway may tell devices to connect again
	forgetful    bool          // the broker may lose its sessions

	loadOver  chan struct{}
	settledAt time.Time // when the last message had arrived
	ready     sync.WaitGroup
	cancel    context.CancelFunc
	work      *errgroup.Group
}

// newFleet makes n devices. A tenth of them falls silent after a while.
func newFleet(t *testing.T, w *world, n int) *fleet {
	f := &fleet{
		t: t, w: w, ledger: New(), keepAlive: 20 * time.Second, sleepFor: 8 * time.Second, pace: 500 * time.Millisecond, silenceAfter: 5 * time.Second, loadOver: make(chan struct{}),
	}
	id := func(i int) string { return fmt.Sprintf("th%d", i%n) }
	for i := range n {
		f.devices = append(f.devices, &device{
			f: f, id: id(i), neighbour: id(i + 1), sleeper: i%2 == 1, clean: i%8 == 0, silent: i%20 == 6 || i%20 == 7,
		})
	}
	everything := []string{"up/#", "will/#"}
	f.observers = []*hub{
		f.hub(0, "observer-5", mqtt.V5, everything...),
		f.hub(1, "observer-3", mqtt.V311, everything...),
		f.hub(2, "roamer", mqtt.V5, everything...),
	}
	f.observers[2].roams = 4 * time.Second
	for i := range 4 {
		f.publishers = append(f.publishers, f.hub(i, fmt.Sprintf("app-%d", i), []mqtt.Version{mqtt.V5, mqtt.V311}[i/2]))
	}
	return f
}

func (f *fleet) hub(n int, id string, v mqtt.Version, filters ...string) *hub {
	return &hub{
		f: f, id: id, addr: f.w.clientAddr(n), version: v, filters: filters, window: make(chan struct{}, hubWindow),
	}
}

// start connects everyone and has them begin.
func (f *fleet) start() {
	ctx, cancel := context.WithCancel(context.Background())
	f.cancel = cancel
	f.work, ctx = errgroup.WithContext(ctx)
	f.t.Cleanup(func() { f.stop() })
	if f.w.mode.upstream {
		f.w.tap.tell(f.ledger, f.w.mode == transparent)
	}
	for _, h := range f.observers {
		if f.isUpstream(h.id) {
			f.ledger.Unordered(h.id) // the tap sees in which order the broker gets its messages
		}
	}

	f.goUntilReady(len(f.observers)+len(f.publishers), func() {
		for _, h := range append(f.observers, f.publishers...) {
			f.work.Go(func() error { return h.run(ctx) })
		}
	})
	begun := time.Now()
	f.goUntilReady(len(f.devices), func() {
		for _, d := range f.devices {
			f.work.Go(func() error { return d.run(ctx) })
		}
	})
	if f.w.mode.upstream {
		f.awaitSubscribed() // the bridge makes them in its own time
	}
	f.t.Logf("%d devices connected within %v", len(f.devices), time.Since(begun).Round(time.Millisecond))
	for i, h := range f.publishers {
		f.work.Go(func() error { return f.publish(ctx, h, i) })
	}
}

// isReady is what a device or client says, again and again perhaps, once it is connected and subscribed.
func (f *fleet) isReady(once *sync.Once) { once.Do(f.ready.Done) }

func (f *fleet) goUntilReady(n int, begin func()) {
	f.ready.Add(n)
	begin()
	done := make(chan struct{})
	go func() {
		f.ready.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(time.Minute):
		f.t.Fatal("not all devices and clients could connect")
	}
}

// publish is what a publisher does: it addresses its share of the devices, one after the other in a random order, and
// now and then all of them.
func (f *fleet) publish(ctx context.Context, h *hub, share int) error {
	for n := 1; pause(ctx, f.loadOver, 15*time.Millisecond); n++ {
		if n%200 == 0 {
			h.publish(ctx, "all/news", randomQoS())
			continue
		}
		d := f.devices[rand.IntN(len(f.devices))/len(f.publishers)*len(f.publishers)+share]
		h.publish(ctx, "down/"+d.id, randomQoS())
	}
	return nil
}

// settle ends the load, waits until everything has arrived or nothing more comes, and closes the books.
func (f *fleet) settle() Verdict {
	close(f.loadOver)
	const patience = 20 * time.Second
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for last, since := 0, time.Now(); ; <-tick.C {
		open, owed, arrivals := f.ledger.Progress()
		if arrivals > last {
			last, since = arrivals, time.Now()
		}
		if open+owed == 0 || time.Since(since) > patience {
			f.settledAt = since
			break
		}
	}
	f.stop()
	return f.ledger.Verdict()
}

func (f *fleet) stop() {
	f.cancel()
	if err := f.work.Wait(); err != nil {
		f.t.Error(err)
	}
}
