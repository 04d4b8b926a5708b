package port

import (
	"context"
	"io"
	"time"

	"mqttsn-gateway/radio"
)

// An Opener opens a port, once.
type Opener func(context.Context) (io.ReadWriteCloser, error)

// Opener is Open for this configuration.
func (c Config) Opener() Opener {
	return func(ctx context.Context) (io.ReadWriteCloser, error) {
		p, err := Open(ctx, c)
		if err != nil {
			return nil, err // not a *Port that is nil
		}
		return p, nil
	}
}

// The first attempt to open a lost port again comes after firstRetry, each later one after twice the time, up to
// lastRetry. A port that worked for lastRetry begins afresh.
const (
	firstRetry = 250 * time.Millisecond
	lastRetry  = 5 * time.Second
)

// A Use works with an open port until it fails or ctx is done. It calls up when the port has turned out to work. Keep
// closes the port afterwards.
type Use func(ctx context.Context, p io.ReadWriteCloser, up func()) error

// Keep opens a port and lets use work with it, and does so again whenever opening or use fails, until ctx is done.
//
// It reports the port going up and going down: once each, however many attempts there are in between. A port that is not
// there at the beginning is reported down.
func Keep(ctx context.Context, open Opener, use Use, report func(radio.Event)) {
	var isUp, isDown bool
	up := func() {
		if !isUp {
			isUp, isDown = true, false
			report(radio.Event{Kind: radio.LinkUp})
		}
	}
	for wait := firstRetry; ; wait = min(2*wait, lastRetry) {
		began := time.Now()
		err := useOnce(ctx, open, use, up)
		if ctx.Err() != nil {
			return
		}
		if !isDown {
			isUp, isDown = false, true
			report(radio.Event{Kind: radio.LinkDown, Err: err})
		}
		if time.Since(began) >= lastRetry {
			wait = firstRetry
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return
		}
	}
}

func useOnce(ctx context.Context, open Opener, use Use, up func()) error {
	p, err := open(ctx)
	if err != nil {
		return err
	}
	defer p.Close()
	return use(ctx, p, up)
}
