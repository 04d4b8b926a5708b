package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/sirupsen/logrus"
)

// untilSignal returns a context that ends at the first SIGINT or SIGTERM; the second one calls exit. SIGHUP comes out of
// reload, several that come together as one. Stop ends the watch, and returns when it has ended.
func untilSignal(ctx context.Context, log *logrus.Logger, exit func(code int)) (_ context.Context, reload <-chan struct{}, stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	hangups := make(chan struct{}, 1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		stopping := false
		for s := range signals {
			switch {
			case s == syscall.SIGHUP:
				log.Info("SIGHUP: reading the configuration again")
				select {
				case hangups <- struct{}{}:
				default: // one is waiting, and will do for both
				}
			case stopping:
				log.Warn("stopping at once")
				exit(128 + int(s.(syscall.Signal)))
			default:
				log.WithField(fieldSignal, s.String()).Info("stopping; a second signal stops at once")
				stopping = true
				cancel()
			}
		}
	}()
	return ctx, hangups, func() {
		signal.Stop(signals)
		close(signals)
		<-done
		cancel()
	}
}
