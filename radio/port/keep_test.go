package port

import (
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/radio"
)

var (
	errMissing = errors.New("no such device")
	errPulled  = errors.New("pulled")
)

// A plug is a port that somebody plugs in and pulls.
type plug struct {
	mu     sync.Mutex
	in     bool
	pulled chan struct{}
	tries  int
}

func (p *plug) insert() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.in, p.pulled = true, make(chan struct{})
}

func (p *plug) pull() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.in = false
	close(p.pulled)
}

func (p *plug) open(context.Context) (io.ReadWriteCloser, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tries++
	if !p.in {
		return nil, errMissing
	}
	return &plugged{pulled: p.pulled}, nil
}

type plugged struct {
	io.ReadWriter
	pulled chan struct{}
	closed bool
}

func (p *plugged) Close() error {
	p.closed = true
	return nil
}

func TestKeepReportsEachOutageOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p plug
		var events []radio.Event
		var used []*plugged
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			Keep(ctx, p.open, func(ctx context.Context, rw io.ReadWriteCloser, up func()) error {
				used = append(used, rw.(*plugged))
				up()
				up() // a second call says nothing new
				select {
				case <-rw.(*plugged).pulled:
					return errPulled
				case <-ctx.Done():
					return ctx.Err()
				}
			}, func(e radio.Event) { events = append(events, e) })
		}()
		after := func(d time.Duration) {
			time.Sleep(d)
			synctest.Wait()
		}
		after(time.Minute) // not there
		p.insert()
		after(lastRetry)
		p.pull()
		after(time.Minute)
		p.insert()
		after(lastRetry)
		cancel()
		<-done
		require.Equal(t, []radio.Event{
			{Kind: radio.LinkDown, Err: errMissing},
			{Kind: radio.LinkUp},
			{Kind: radio.LinkDown, Err: errPulled},
			{Kind: radio.LinkUp},
		}, events)
		require.Len(t, used, 2)
		for _, u := range used {
			require.True(t, u.closed)
		}
	})
}

func TestKeepBacksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p plug
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		downs := 0
		Keep(ctx, p.open, nil, func(radio.Event) { downs++ })
		require.Equal(t, 1, downs)
		require.InDelta(t, time.Hour/lastRetry, p.tries, 10, "attempts in an hour")
	})
}

// A port that opens but never turns out to work (a modem that does not answer) is down, not up and down.
func TestKeepIsDownUntilUseSaysUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p plug
		p.insert()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var kinds []radio.EventKind
		tries := 0
		Keep(ctx, p.open, func(_ context.Context, _ io.ReadWriteCloser, up func()) error {
			if tries++; tries == 4 {
				up()
			}
			return errPulled
		}, func(e radio.Event) { kinds = append(kinds, e.Kind) })
		require.Equal(t, []radio.EventKind{radio.LinkDown, radio.LinkUp, radio.LinkDown}, kinds)
	})
}
