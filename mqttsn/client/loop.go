package client

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A loop runs a Core: one goroutine owns it, one reads the transport, and one calls handlers.
type loop struct {
	transport Transport
	core      *Core
	out       Out
	start     time.Time

	calls    chan *call
	cancels  chan *call
	heard    chan heard
	messages chan Message
	lost     chan error
	wakeups  chan struct{}

	waiting map[Request]*call
	linkErr error // why the link does not work at present, if it is known

	state   atomic.Uint32
	session atomic.Pointer[Session]
	closing chan struct{}
	closed  sync.Once
	done    chan struct{} // the goroutine that owns the core has ended
	err     error         // why; may be read when done is closed
	wait    sync.WaitGroup
}

// A call is a request and whoever waits for it.
type call struct {
	ask   func(*Core, time.Duration, *Out) Request
	id    Request
	reply chan Result // has room for the one result
}

// heard is what the transport brings: a datagram, or an error.
type heard struct {
	datagram []byte
	err      error
}

// maxMessages is how many messages may wait for the handlers.
const maxMessages = 64

// handlers are what a program wants to hear of. They are called one after the other.
type handlers struct {
	message func(Message)
	lost    func(error)
	wakeup  func()
}

func startLoop(t Transport, cfg Config, h handlers) *loop {
	l := &loop{
		transport: t,
		core:      NewCore(cfg),
		start:     time.Now(),
		calls:     make(chan *call),
		cancels:   make(chan *call),
		heard:     make(chan heard),
		messages:  make(chan Message, maxMessages),
		lost:      make(chan error, 1),
		wakeups:   make(chan struct{}, 1),
		waiting:   make(map[Request]*call),
		closing:   make(chan struct{}),
		done:      make(chan struct{}),
	}
	l.session.Store(new(l.core.Session()))
	l.wait.Go(l.read)
	l.wait.Go(l.run)
	l.wait.Go(func() { l.handle(h) })
	return l
}

// do has a request made and waits for its result.
func (l *loop) do(ctx context.Context, ask func(*Core, time.Duration, *Out) Request) (Result, error) {
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	c := &call{ask: ask, reply: make(chan Result, 1)}
	select {
	case l.calls <- c:
	case <-l.done:
		return Result{}, l.err
	case <-ctx.Done():
		return Result{}, ctx.Err()
	}
	select {
	case res := <-c.reply:
		return res, res.Err
	case <-ctx.Done():
	}
	select {
	case l.cancels <- c:
	case <-l.done:
	}
	return Result{}, ctx.Err()
}

// stop ends all goroutines.
func (l *loop) stop() error {
	var err error
	l.closed.Do(func() {
		close(l.closing)
		err = l.transport.Close()
	})
	l.wait.Wait()
	return err
}

// run owns the core.
func (l *loop) run() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		timer.Stop()
		if at, ok := l.core.Deadline(); ok {
			timer.Reset(time.Until(l.start.Add(at)))
		}
		select {
		case c := <-l.calls:
			c.id = c.ask(l.core, l.now(), &l.out)
			l.waiting[c.id] = c
		case c := <-l.cancels:
			delete(l.waiting, c.id)
			l.core.Cancel(l.now(), c.id, &l.out)
		case h := <-l.heard:
			l.linkErr = h.err
			switch {
			case h.err == nil:
				l.receive(h.datagram)
			case !passing(h.err):
				l.tellLost(h.err)
				l.shutDown(h.err)
				return
			}
		case <-timer.C:
			l.core.Tick(l.now(), &l.out)
		case <-l.closing:
			l.shutDown(ErrClosed)
			return
		}
		l.flush()
	}
}

// now is the core's time.
func (l *loop) now() time.Duration { return time.Since(l.start) }

// receive hands a datagram to the core, and tells it whether there is room for another message.
func (l *loop) receive(datagram []byte) {
	l.core.full = len(l.messages) == cap(l.messages)
	l.core.Receive(l.now(), datagram, &l.out)
}

// flush does what the core asks for.
func (l *loop) flush() {
	l.state.Store(uint32(l.core.State()))
	if s := l.core.Session(); s != *l.session.Load() {
		l.session.Store(&s)
	}
	for _, b := range l.out.Send {
		if _, err := l.transport.Write(b); err != nil {
			l.linkErr = err // a datagram is lost, which the core can cope with
		}
	}
	for _, m := range l.out.Messages {
		l.messages <- m // there is room: a datagram brings one message at most
	}
	for _, res := range l.out.Done {
		if c := l.waiting[res.Request]; c != nil {
			delete(l.waiting, res.Request)
			res.Err = l.explain(res.Err)
			c.reply <- res
		}
	}
	if l.out.Lost != nil {
		l.tellLost(l.explain(l.out.Lost))
	}
	if l.out.Wakeup {
		select {
		case l.wakeups <- struct{}{}:
		default: // one is enough
		}
	}
	l.out.Reset()
}

// explain adds to a timeout what is wrong with the link.
func (l *loop) explain(err error) error {
	if errors.Is(err, ErrTimeout) && l.linkErr != nil {
		return fmt.Errorf("%w: %w", err, l.linkErr)
	}
	return err
}

func (l *loop) tellLost(err error) {
	select {
	case l.lost <- err:
	default: // the last loss has not been told yet; one is enough
	}
}

// shutDown lets nobody wait any longer.
func (l *loop) shutDown(err error) {
	l.state.Store(uint32(Disconnected))
	l.err = err
	close(l.done)
	close(l.messages)
	for _, c := range l.waiting {
		c.reply <- Result{Err: err}
	}
}

// read hands over what the transport brings, until the loop ends because it is closed or broken.
func (l *loop) read() {
	buf := make([]byte, l.core.cfg.MTU+1) // one that is too long is not taken for a shorter one
	for {
		n, err := l.transport.Read(buf)
		if err != nil {
			select {
			case <-l.closing:
				return
			default:
			}
		}
		select {
		case l.heard <- heard{slices.Clone(buf[:n]), err}:
		case <-l.done:
			return
		}
	}
}

// handle calls the handlers, until the client has ended and all that was received has been handed on: the gateway has
// been told so.
func (l *loop) handle(h handlers) {
	for {
		select {
		case m, ok := <-l.messages:
			if ok {
				h.message(m)
				continue
			}
			select {
			case err := <-l.lost: // the transport has failed
				h.lost(err)
			default:
			}
			return
		case err := <-l.lost:
			h.lost(err)
		case <-l.wakeups:
			h.wakeup()
		}
	}
}
