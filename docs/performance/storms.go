package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"mqttsn-gateway/cmd/mqttsn/bench"
	"mqttsn-gateway/mqttsn"
)

// writeStorms is what happens when all do the same at once.
func writeStorms(ctx context.Context, l *lab) error {
	l.printf(`10,000 devices at once, built-in broker, while 100 others publish ten messages a second each with QoS 1. Devices ask again
after three seconds. The others' p99 is that of what they published while the storm lasted.

`)
	l.row("storm", "served", "asked again", "all served within", "messages lost", "others' p99", "goal")
	l.row("---", "---", "---", "---", "---", "---", "---")
	for _, s := range []bench.Scenario{bench.Connect, bench.Wake} {
		g, err := l.gateway(ctx, "builtin", options{})
		if err != nil {
			return err
		}
		c := l.load(s, mqttsn.QoS1)
		c.Devices, c.Count, c.Beside = 10000, 1, 100
		r, err := l.against(ctx, g, c)
		g.stop()
		if err != nil {
			return err
		}
		name := "10,000 CONNECT"
		if s == bench.Wake {
			name = "10,000 sleepers wake, a message each"
		}
		others := "none in time"
		if r.Beside.Answer != nil {
			others = goal(r.Beside.Answer.P99, "%.0f ms", 50)
		}
		l.row(name, r.Served, r.Repeated, fmt.Sprintf("%.2f s", r.Seconds), r.Lost, others, "50 ms")
	}
	return nil
}

// writeRestart is how long a gateway with many sessions takes to serve again after a crash.
func writeRestart(ctx context.Context, l *lab) error {
	n := l.fewer(100_000)
	data := filepath.Join(l.dir, "restart")
	g, err := l.gateway(ctx, "builtin", options{data: data})
	if err != nil {
		return err
	}
	c := l.load(bench.Asleep, mqttsn.QoS1)
	c.Devices, c.Time, c.Stay = n, 5*time.Second, true
	r, err := l.against(ctx, g, c)
	g.stop()
	if err != nil {
		return err
	}
	before := float64(r.Process.MemoryAfter) / (1 << 20)
	g, err = l.gateway(ctx, "builtin", options{data: data})
	if err != nil {
		return err
	}
	defer g.stop()
	l.printf("%d sleeping devices with a subscription each, in a store on disk, take %s MiB of memory (goal: 250 MiB). After a\n"+
		"kill -9 the gateway was ready with all of them after %s s (goal: 2 s).\n",
		n, goal(before, "%.0f", 250), goal(g.took.Seconds(), "%.2f", 2))
	return nil
}
