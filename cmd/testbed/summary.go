package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/pflag"
)

// summaries say how long something runs, and how often it tells how it goes.
type summaries struct {
	length time.Duration // 0: until interrupted
	every  time.Duration
}

func (s *summaries) flags(f *pflag.FlagSet) {
	f.DurationVar(&s.length, "for", 0, "end after so long; 0: when interrupted")
	f.DurationVar(&s.every, "every", 5*time.Second, "time between two summaries")
}

func (s *summaries) check() error {
	if s.length < 0 || s.every <= 0 {
		return errors.New("--for must not be less than 0, and --every must be more than 0")
	}
	return nil
}

// print calls run, with a context that ends in time, and prints a summary every now and then and at the end.
func (s *summaries) print(ctx context.Context, w io.Writer, run func(context.Context) error, summary func() string) error {
	ctx, cancel := forDuration(ctx, s.length)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- run(ctx) }()

	start := time.Now()
	line := func() { fmt.Fprintf(w, "%4.0fs: %s\n", time.Since(start).Seconds(), summary()) }
	ticker := time.NewTicker(s.every)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			line()
		case err := <-done:
			line()
			return err
		}
	}
}

// forDuration is a context that ends after d, or not by itself if d is 0.
func forDuration(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	if d == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, d)
}
