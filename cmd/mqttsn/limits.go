package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/pflag"
)

// limits are how long a command goes on.
type limits struct {
	count   int // 0: no limit
	seconds int // 0: no limit
}

func (l *limits) flags(f *pflag.FlagSet, what string) {
	f.IntVarP(&l.count, "count", "C", l.count, "end after `COUNT` "+what)
	f.IntVarP(&l.seconds, "timeout", "W", l.seconds, "end after `SECONDS`")
}

func (l *limits) check() error {
	if l.count < 0 || l.seconds < 0 {
		return errors.New("-C and -W must not be less than 0")
	}
	return nil
}

// context ends, with errTimeUp, when the time is up.
func (l *limits) context(ctx context.Context) (context.Context, context.CancelFunc) {
	if l.seconds == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeoutCause(ctx, time.Duration(l.seconds)*time.Second, errTimeUp)
}
