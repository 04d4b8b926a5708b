package main

import (
	"context"
	"fmt"
	"time"

	"mqttsn-gateway/cmd/mqttsn/bench"
	"mqttsn-gateway/mqttsn"
)

// writeFlat is what a message costs with few devices and with many, at the same rate; and what devices cost that say nothing.
func writeFlat(ctx context.Context, l *lab) error {
	const rate = 5000
	l.printf("Built-in broker, QoS 1 up, %d messages a second offered in each case: CPU seconds for 100,000.\n\n", rate)
	l.row("devices", "CPU s", "against 10 devices", "answer p99")
	l.row("---", "---", "---", "---")
	var least float64
	for _, n := range []int{10, 100, 1000, 10000} {
		g, err := l.gateway(ctx, "builtin", options{})
		if err != nil {
			return err
		}
		c := l.load(bench.Up, mqttsn.QoS1)
		c.Devices, c.Rate = n, rate
		c.Count = int(rate * l.shorter(10*time.Second).Seconds())
		r, err := l.against(ctx, g, c)
		g.stop()
		if err != nil {
			return err
		}
		cost := r.Process.CPUPer100k
		if least == 0 {
			least = cost
		}
		l.row(n, fmt.Sprintf("%.2f", cost), goal(100*cost/least-100, "%+.0f %%", 30), fmt.Sprintf("%.2f ms", r.Answer.P99))
	}
	g, err := l.gateway(ctx, "builtin", options{})
	if err != nil {
		return err
	}
	defer g.stop()
	c := l.load(bench.Idle, 0)
	c.Devices, c.Time = 10000, l.shorter(30*time.Second)
	r, err := l.against(ctx, g, c)
	if err != nil {
		return err
	}
	l.printf("\n10,000 devices that say no more than a PINGREQ every 4.5 minutes take %s of a core (goal: 1 %%).\n",
		goal(100*r.Process.CPUShare, "%.1f %%", 1))
	return nil
}

// writeMemory is what a device costs in memory.
func writeMemory(ctx context.Context, l *lab) error {
	l.printf(`Growth of the resident memory by 10,000 devices, each with a client id of 12 octets and a subscription to a topic of 24,
nothing waiting; twenty others were there before. The gateway runs with GOGC=10 here, so that garbage hardly counts; with
the default of 100 the heap may grow to twice what is in use before it is collected.

`)
	l.row("", "KiB a device", "goal")
	l.row("---", "---", "---")
	for _, c := range []struct {
		mode string
		s    bench.Scenario
		most float64
	}{
		{"builtin", bench.Asleep, 1.5}, {"builtin", bench.Idle, 2.5},
		{"aggregating", bench.Asleep, 1.5}, {"aggregating", bench.Idle, 2.5},
		{"transparent", bench.Asleep, 8}, {"transparent", bench.Idle, 8},
	} {
		g, err := l.gateway(ctx, c.mode, options{env: []string{"GOGC=10"}})
		if err != nil {
			return err
		}
		load := l.load(c.s, 0)
		load.Devices, load.Time = 20, time.Second // first, so that what is needed once is there
		if _, err = l.against(ctx, g, load); err != nil {
			return err
		}
		load.Devices, load.Time = 10000, 10*time.Second
		r, err := l.against(ctx, g, load)
		g.stop()
		if err != nil {
			return err
		}
		state := "active"
		if c.s == bench.Asleep {
			state = "asleep"
		}
		l.row(c.mode+", "+state, goal(float64(r.Process.MemoryPerDevice)/1024, "%.2f", c.most), c.most)
	}
	return nil
}
