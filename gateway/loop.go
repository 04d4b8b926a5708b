package gateway

import (
	"context"
	"maps"
	"runtime"
	"slices"
	"time"

	"github.com/sirupsen/logrus"

	"mqttsn-gateway/gateway/admin"
	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/gateway/trace"
	"mqttsn-gateway/mqtt"
	"mqttsn-gateway/radio"
)

// A loop drives the engine: the goroutine in run is the only one that touches it, and what is not a channel here.
type loop struct {
	engine *engine.Engine
	log    *logrus.Logger
	start  time.Time
	out    engine.Out

	links  []*link
	inbox  chan *batch    // datagrams; readers wait when it is full, and the kernel's buffers take over
	events chan connEvent // of MQTT connections; their goroutines wait, and with them their peers
	radios *reports       // what links say of themselves
	probes chan func()    // questions and commands
	crowd  crowd          // datagrams that others may pass

	committer *committer    // nil: everything is kept in memory
	recent    *admin.Events // nil: nobody can look at them
	taps      *trace.Taps   // nil while nobody watches packets
	repeats   repeats       // of what the log has said
	presence  *presence     // nil: Home Assistant is told nothing

	conns   map[engine.ConnID]*mqtt.Conn
	leaving []*mqtt.Conn    // those that were there at the end
	touched []engine.ConnID // connections to flush
	batch   []radio.Packet  // under way to one link
	dial    func(id engine.ConnID, d engine.Dial)
	check   func(c engine.Check)
}

// Channels are so long that a burst does not make goroutines wait for each other at every packet.
const (
	inboxLength  = 16
	eventsLength = 256
)

// steps bounds how many events are served before their effects are carried out: many share the cost of a system call,
// and none waits long.
const steps = 64

func (l *loop) now() time.Duration { return time.Since(l.start) }

// run serves events until ctx is done, then says goodbye.
func (l *loop) run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	l.announceAll()
	l.carryOut() // what restored sessions want to do
	for {
		timer.Reset(min(l.engine.Deadline()-l.now(), time.Hour))
		select {
		case b := <-l.inbox:
			l.datagrams(b)
		case ev := <-l.events:
			l.connEvent(ev)
		case n := <-l.committed():
			l.engine.Committed(l.now(), n, &l.out)
		case err := <-l.failing():
			l.engine.StoreFailing(l.now(), err != nil, &l.out)
		case <-l.radios.ready:
			for _, r := range l.radios.take() {
				l.links[r.link].event(r.event)
				l.engine.LinkEvent(l.now(), r.link, r.event, &l.out)
			}
		case f := <-l.probes:
			f()
		case <-l.crowdWaits():
		case <-timer.C:
		case <-ctx.Done():
			l.announceEnd()
			l.drain()
			l.engine.Shutdown(l.now(), &l.out)
			l.leaving = slices.Collect(maps.Values(l.conns))
			l.carryOut()
			return
		}
		l.more()
		l.serveCrowd()
		if now := l.now(); now >= l.engine.Deadline() {
			l.engine.Tick(now, &l.out)
		}
		l.carryOut()
	}
}

// The end takes five seconds at most.
const (
	drainTime   = 4 * time.Second // for what is on its way to the disk or to the broker
	goodbyeTime = time.Second     // for the last words to peers
)

// drain serves everything but devices until nothing is under way any more.
func (l *loop) drain() {
	deadline := time.NewTimer(drainTime)
	defer deadline.Stop()
	for l.engine.Busy() {
		select {
		case ev := <-l.events:
			l.connEvent(ev)
		case n := <-l.committed():
			l.engine.Committed(l.now(), n, &l.out)
		case <-deadline.C:
			l.log.Warn("stopping with messages under way: not everything has reached the broker")
			return
		}
		l.carryOut()
	}
}

// committed tells of batches on disk; never, without a store.
func (l *loop) committed() <-chan uint64 {
	if l.committer == nil {
		return nil
	}
	return l.committer.done
}

// failing tells that the disk takes nothing; never, without a store.
func (l *loop) failing() <-chan error {
	if l.committer == nil {
		return nil
	}
	return l.committer.failing
}

// more serves what has arrived meanwhile. When there is nothing left it lets other goroutines run once: whoever hands over
// an event has the loop run next, before others have handed over theirs, and each would be carried out by itself.
func (l *loop) more() {
	yielded := false
	for range steps {
		select {
		case b := <-l.inbox:
			l.datagrams(b)
		case ev := <-l.events:
			l.connEvent(ev)
		default:
			if yielded {
				return
			}
			runtime.Gosched()
			yielded = true
		}
	}
}

func (l *loop) datagrams(b *batch) {
	now := l.now()
	crowded := b.n == len(b.packets) || l.crowd.len() > 0
	for i := range b.packets[:b.n] {
		if p := &b.packets[i]; !crowded || !l.crowd.takes(b.link.id, p) {
			l.datagram(now, b.link.id, p)
		}
	}
	b.link.free <- b
}

func (l *loop) datagram(now time.Duration, link engine.LinkID, p *radio.Packet) {
	l.engine.Heard(p.RSSI)
	if l.taps != nil {
		l.serveWatched(now, link, p)
		return
	}
	l.engine.Datagram(now, link, p.Peer, p.Data, &l.out)
}

// serveCrowd serves some of those that have waited for others.
func (l *loop) serveCrowd() {
	now := l.now()
	for range min(crowdTurn, l.crowd.len()) {
		link, p := l.crowd.next()
		l.datagram(now, link, &p)
	}
}

// crowdWaits is always ready while there is a crowd.
func (l *loop) crowdWaits() <-chan struct{} {
	if l.crowd.len() > 0 {
		return always
	}
	return nil
}

// always is closed.
var always = func() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// ask runs f on the loop's goroutine and waits until it is done. It reports false if the loop has ended.
func (l *loop) ask(ctx context.Context, f func(e *engine.Engine, now time.Duration, out *engine.Out)) bool {
	done := make(chan struct{})
	select {
	case l.probes <- func() {
		f(l.engine, l.now(), &l.out)
		close(done)
	}:
		<-done
		return true
	case <-ctx.Done():
		return false
	}
}

// describe shows an address to people.
func (l *loop) describe(a engine.Addr) string {
	s := l.links[a.Link].FormatPeer(a.Peer)
	if a.Forwarded {
		s += "/" + hexNode(a.Node)
	}
	if a.Protected() {
		s += " protected by " + a.Sender.String()
	}
	return s
}
