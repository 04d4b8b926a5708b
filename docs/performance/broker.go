package main

import (
	"context"
	"fmt"

	"mqttsn-gateway/cmd/mqttsn/bench"
	"mqttsn-gateway/mqttsn"
)

// writeBroker holds the built-in broker against mosquitto, for ordinary clients.
func writeBroker(ctx context.Context, l *lab) error {
	l.printf(`1,000 ordinary clients publish to one that is subscribed to all, at the built-in broker and at mosquitto, without a disk;
no device takes part. Goal: at least half of mosquitto's rate.

`)
	l.row("", "messages/s", "of mosquitto's", "CPU s for 100,000", "memory, KiB a client")
	l.row("---", "---", "---", "---", "---")
	for _, qos := range []mqttsn.QoS{mqttsn.QoS0, mqttsn.QoS1} {
		c := l.load(bench.Clients, qos)
		ours, err := l.builtinAsBroker(ctx, c)
		if err != nil {
			return err
		}
		theirs, err := l.mosquittoAsBroker(ctx, c)
		if err != nil {
			return err
		}
		share := 100 * ours.PerSecond / theirs.PerSecond
		shown := fmt.Sprintf("%.0f %%", share)
		if share < 50 {
			shown = "**" + shown + "**"
		}
		l.row(fmt.Sprintf("built-in, QoS %d", qos), fmt.Sprintf("%.0f", ours.PerSecond), shown,
			fmt.Sprintf("%.2f", ours.Process.CPUPer100k), fmt.Sprintf("%.1f", float64(ours.Process.MemoryPerDevice)/1024))
		l.row(fmt.Sprintf("mosquitto, QoS %d", qos), fmt.Sprintf("%.0f", theirs.PerSecond), "",
			fmt.Sprintf("%.2f", theirs.Process.CPUPer100k), fmt.Sprintf("%.1f", float64(theirs.Process.MemoryPerDevice)/1024))
	}
	return nil
}

func (l *lab) builtinAsBroker(ctx context.Context, c bench.Config) (*bench.Report, error) {
	g, err := l.gateway(ctx, "builtin", options{})
	if err != nil {
		return nil, err
	}
	defer g.stop()
	return l.against(ctx, g, c)
}

func (l *lab) mosquittoAsBroker(ctx context.Context, c bench.Config) (*bench.Report, error) {
	p, address, err := l.mosquitto(ctx)
	if err != nil {
		return nil, err
	}
	defer p.kill()
	c.Broker, c.PID = address, p.pid()
	return bench.Run(ctx, c)
}
