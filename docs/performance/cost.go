package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"

	"mqttsn-gateway/cmd/mqttsn/bench"
	"mqttsn-gateway/mqttsn"
)

// modes are the gateway's, with the CPU seconds that 100,000 messages from 1,000 devices may take, by QoS.
var modes = []struct {
	name  string
	goals [3]float64
}{
	{"builtin", [3]float64{0.65, 1.0, 1.8}},
	{"aggregating", [3]float64{0.6, 1.1, 2.0}},
	{"transparent", [3]float64{0.9, 1.6, 3.2}},
}

// floor has the floor bear a load.
func (l *lab) floor(ctx context.Context, c bench.Config) (*bench.Report, error) {
	return bench.RunFloor(ctx, c, exec.CommandContext(ctx, filepath.Join(l.bin, "mqttsn"), "bench", "floor"))
}

// writeCost is what a message costs, by mode, direction and QoS.
func writeCost(ctx context.Context, l *lab) error {
	l.printf(`CPU seconds of the gateway's process for 100,000 messages of 32 octets, 1,000 devices, 200 messages under way; in
parentheses how many times the floor's that is. The built-in broker has one ordinary client, of QoS 0; behind the other two
modes is mosquitto, whose time does not count. Messages a second are those of two cores that gateway, load and mosquitto share.

`)
	l.row("", "QoS 0", "QoS 1", "QoS 2", "goals", "messages/s")
	l.row("---", "---", "---", "---", "---", "---")
	var floor [3]float64
	cells := []any{"floor"}
	rates := ""
	for qos := range floor {
		r, err := l.floor(ctx, l.load(bench.Up, mqttsn.QoS(qos)))
		if err != nil {
			return err
		}
		floor[qos] = r.Process.CPUPer100k
		cells = append(cells, fmt.Sprintf("%.2f", floor[qos]))
		rates += fmt.Sprintf(" %.0f", r.PerSecond)
	}
	l.row(append(cells, "", rates[1:])...)
	for _, s := range []bench.Scenario{bench.Up, bench.Down} {
		for _, m := range modes {
			if err := l.writeCostOf(ctx, m.name, s, m.goals, floor); err != nil {
				return err
			}
		}
	}
	l.printf(`
Downlink is held against the same goals. Its floor would be a higher one: to send a datagram takes the kernel about three
times as long as to receive one, since it delivers it right away.
`)
	return nil
}

func (l *lab) writeCostOf(ctx context.Context, mode string, s bench.Scenario, goals, floor [3]float64) error {
	g, err := l.gateway(ctx, mode, options{})
	if err != nil {
		return err
	}
	defer g.stop()
	warm := l.load(s, mqttsn.QoS1)
	warm.Count = 5000
	if _, err := l.against(ctx, g, warm); err != nil {
		return err
	}
	cells := []any{fmt.Sprintf("%s, %s", mode, s)}
	rates, lost := "", 0
	for qos := range goals {
		r, err := l.against(ctx, g, l.load(s, mqttsn.QoS(qos)))
		if err != nil {
			return err
		}
		cost := r.Process.CPUPer100k
		text := goal(cost, "%.2f", goals[qos])
		if s == bench.Up && floor[qos] > 0 {
			text += fmt.Sprintf(" (%.1f)", cost/floor[qos])
		}
		cells = append(cells, text)
		rates += fmt.Sprintf(" %.0f", r.PerSecond)
		lost += r.Lost + r.Duplicates
	}
	if lost > 0 {
		rates += fmt.Sprintf("; %d lost or doubled", lost)
	}
	l.row(append(cells, fmt.Sprintf("%.2g / %.2g / %.2g", goals[0], goals[1], goals[2]), rates[1:])...)
	return nil
}
