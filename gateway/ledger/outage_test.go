package ledger

import (
	"flag"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var outage = flag.Duration("outage", 5*time.Second, "how long the broker, or the disk, is away")

// TestOutage stops the broker under load and starts it again, once with its memory and once without. The gateway's
// promises stay what they are: what it has acknowledged, or was sent, is not lost, sessions go on, and subscriptions are
// made again. Wills are counted where the gateway publishes them, as mosquitto publishes those of all clients when it
// stops.
func TestOutage(t *testing.T) {
	t.Parallel()
	for _, m := range []mode{transparent, aggregating} {
		t.Run(m.name+"/with persistence", func(t *testing.T) {
			t.Parallel()
			brokerOutage(t, m, true)
		})
		t.Run(m.name+"/without", func(t *testing.T) {
			t.Parallel()
			brokerOutage(t, m, false)
		})
	}
}

func brokerOutage(t *testing.T, m mode, persistent bool) {
	w := newWorld(t, m)
	if !persistent {
		w.brokerConfig[0] = "persistence false"
	}
	w.willDelay = 2 * *outage // till then, wills are the gateway's
	w.start()
	f := newFleet(t, w, *deviceCount)
	f.forgetful = !persistent
	for _, o := range f.observers {
		o.filters = []string{"up/#"}
	}
	w.tap.watch("will/#")
	f.start()

	elapse(3 * time.Second)
	w.stopBroker()
	if !persistent {
		f.ledger.Doubt(f.throughTheBroker)
	}
	_, _, before := f.ledger.Progress()
	elapse(*outage)
	_, _, after := f.ledger.Progress()
	t.Logf("%d messages arrived during the outage", after-before)
	if m.builtin {
		require.Greater(t, after-before, 10*int(outage.Seconds()), "the gateway's own broker should have gone on")
	}
	w.startBroker()
	begun := time.Now()
	if !persistent {
		f.awaitSubscribed()
		f.ledger.Trust()
		t.Logf("everything subscribed again within %v", time.Since(begun).Round(time.Millisecond))
	}
	elapse(3 * time.Second)
	f.require(f.settle())
}

var brokerRestarts = flag.Int("restarts", 3, "how often the broker is restarted")

// TestBrokerRestarts restarts the broker again and again while each device has a session of its own there. All are taken up
// each time, nothing is lost or comes twice, and nobody's will is published by us but that of the silent ones.
func TestBrokerRestarts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, transparent)
	w.willDelay = time.Minute
	w.start()
	f := newFleet(t, w, *deviceCount)
	f.pace = max(f.pace, time.Duration(*deviceCount)*10*time.Millisecond) // as much load with many as with few
	for _, o := range f.observers {
		o.filters = []string{"up/#"}
	}
	w.tap.watch("will/#")
	f.start()
	for i := range *brokerRestarts {
		elapse(2 * time.Second)
		w.stopBroker()
		elapse(rand.N(time.Second))
		w.startBroker()
		w.tap.awaitResumed(f, i+1)
	}
	elapse(2 * time.Second)
	f.require(f.settle())
}

// awaitResumed waits until the sessions of all devices that speak were taken up so many times, and of each was begun only
// once.
func (p *tap) awaitResumed(f *fleet, times int) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(30 * time.Second); ; <-tick.C {
		missing := p.missing(f, times)
		if missing == "" {
			return
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("after %d restarts of the broker the session of %s is not taken up", times, missing)
		}
	}
}

func (p *tap) missing(f *fleet, times int) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, d := range f.devices {
		if s := p.sessions[d.id]; !d.silent && (s == nil || s.begun != 1 || s.resumed < times) {
			return d.id
		}
	}
	return ""
}

// stopBroker stops mosquitto, which stores what it has if it may.
func (w *world) stopBroker() {
	w.trace.note("broker", "is stopped")
	w.broker.Signal(syscall.SIGTERM)
	w.broker.WaitExit()
	w.trace.note("broker", "has stopped")
}

// throughTheBroker tells whether messages go from publisher to receiver by way of the upstream broker, beyond what the
// tap sees.
func (f *fleet) throughTheBroker(publisher, receiver string) bool {
	if receiver == theBroker {
		return false
	}
	return f.w.mode == transparent || f.isUpstream(publisher) || f.isUpstream(receiver)
}

// isUpstream tells whether a party is an ordinary client of the broker.
func (f *fleet) isUpstream(id string) bool {
	for _, h := range append(f.observers, f.publishers...) {
		if h.id == id {
			return h.addr == f.w.brokerAddr
		}
	}
	return false
}

// awaitSubscribed waits until the broker has all subscriptions.
func (f *fleet) awaitSubscribed() {
	var wanted []string
	for _, h := range f.observers {
		if f.isUpstream(h.id) {
			wanted = append(wanted, h.id+" 2 "+h.filters[len(h.filters)-1])
		}
	}
	for _, d := range f.devices {
		if !d.silent {
			wanted = append(wanted, " down/"+d.id)
		}
	}
	f.w.awaitSubscriptions(wanted)
}

// awaitSubscriptions waits until mosquitto has noted subscriptions that end so.
func (w *world) awaitSubscriptions(wanted []string) {
	missing := make(map[string]bool)
	for _, s := range wanted {
		missing[s] = true
	}
	log := w.broker.StderrLines()
	for deadline := time.Now().Add(30 * time.Second); len(missing) > 0; {
		line, ok := log.Next(time.Until(deadline))
		if !ok {
			w.t.Fatalf("mosquitto still lacks %d of %d subscriptions", len(missing), len(wanted))
		}
		for s := range missing {
			if strings.HasSuffix(line, s) {
				delete(missing, s)
			}
		}
	}
}
