package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"mqttsn-gateway/cmd/mqttsn/bench"
	"mqttsn-gateway/mqttsn"
)

// writeDelay is how long devices wait for PUBACK at half the rate that is possible.
func writeDelay(ctx context.Context, l *lab) error {
	l.printf(`From when a publication with QoS 1 was due until its PUBACK, 1,000 devices, at half of the rate that the gateway reached in
the same minute with 200 messages under way. The floor, at the same rate, does no more than echo. With the disk, mode is
aggregating: each message is in the spool, on disk, before it is acknowledged.

`)
	l.row("", "rate", "p50", "p99", "floor p99", "less the floor", "goal")
	l.row("---", "---", "---", "---", "---", "---", "---")
	sync, err := fsyncP99(l.dir)
	if err != nil {
		return err
	}
	for _, c := range []struct {
		mode, data string
		most       float64
	}{
		{"builtin", "", 1},
		{"aggregating", filepath.Join(l.dir, "delay"), 5 + sync},
	} {
		if err := l.writeDelayOf(ctx, c.mode, c.data, c.most); err != nil {
			return err
		}
	}
	l.printf("\nAn fsync of 4 KiB took %.2f ms here, as p99 of 200: the goal with the disk is 5 ms beyond that.\n", sync)
	return nil
}

func (l *lab) writeDelayOf(ctx context.Context, mode, data string, most float64) error {
	g, err := l.gateway(ctx, mode, options{data: data})
	if err != nil {
		return err
	}
	defer g.stop()
	full, err := l.against(ctx, g, l.load(bench.Up, mqttsn.QoS1))
	if err != nil {
		return err
	}
	c := l.load(bench.Up, mqttsn.QoS1)
	c.Rate = full.PerSecond / 2
	c.Count = int(c.Rate * l.shorter(10*time.Second).Seconds())
	r, err := l.against(ctx, g, c)
	if err != nil {
		return err
	}
	floor, err := l.floor(ctx, c)
	if err != nil {
		return err
	}
	name := mode + ", without disk"
	if data != "" {
		name = mode + ", with disk"
	}
	l.row(name, fmt.Sprintf("%.0f/s", c.Rate), fmt.Sprintf("%.2f ms", r.Answer.P50), fmt.Sprintf("%.2f ms", r.Answer.P99),
		fmt.Sprintf("%.2f ms", floor.Answer.P99), goal(r.Answer.P99-floor.Answer.P99, "%.2f ms", most), fmt.Sprintf("%.1f ms", most))
	return nil
}

// fsyncP99 is how long the disk takes, in milliseconds.
func fsyncP99(dir string) (float64, error) {
	f, err := os.CreateTemp(dir, "fsync")
	if err != nil {
		return 0, err
	}
	defer f.Close()
	var took []time.Duration
	for range 200 {
		begun := time.Now()
		if _, err := f.Write(make([]byte, 4096)); err != nil {
			return 0, err
		}
		if err := f.Sync(); err != nil {
			return 0, err
		}
		took = append(took, time.Since(begun))
	}
	slices.Sort(took)
	return float64(took[198].Microseconds()) / 1000, nil
}
