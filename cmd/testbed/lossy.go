package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"mqttsn-gateway/testbed"
)

// A lossy is what the command line says of the network.
type lossy struct {
	cfg       testbed.LossyConfig
	faults    testbed.Faults
	direction string
	summaries summaries
}

func lossyCommand() *cobra.Command {
	c := new(lossy)
	cmd := &cobra.Command{
		Use:   "lossy",
		Short: "Put a bad network between devices and a gateway",
		Long: "Forward datagrams between devices, which take this for their gateway, and the gateway, and lose, double, delay and\n" +
			"reorder some of them on the way. A summary is printed from time to time.",
		Example: examples("testbed lossy --listen :1885 --gateway localhost:1884 --loss 0.1",
			"testbed lossy --loss 0.2 --duplicate 0.05 --reorder 0.05 --latency 30ms --jitter 20ms --seed 7"),
		RunE: func(cmd *cobra.Command, _ []string) error { return c.run(cmd.Context(), cmd.OutOrStdout()) },
	}
	f := cmd.Flags()
	f.StringVar(&c.cfg.Listen, "listen", "127.0.0.1:1885", "`ADDRESS` for the devices")
	f.StringVar(&c.cfg.Gateway, "gateway", "localhost:1884", "`HOST:PORT` of the gateway")
	f.Float64Var(&c.faults.Loss, "loss", 0, "`SHARE` of datagrams that are lost, 0 to 1")
	f.Float64Var(&c.faults.Duplicate, "duplicate", 0, "`SHARE` of datagrams that arrive twice")
	f.Float64Var(&c.faults.Reorder, "reorder", 0, "`SHARE` of datagrams that are held back for 50 ms, so that later ones overtake them")
	f.DurationVar(&c.faults.Latency, "latency", 0, "how long every datagram takes")
	f.DurationVar(&c.faults.Jitter, "jitter", 0, "how much longer it takes at most, at random")
	f.StringVar(&c.direction, "direction", "both", "`WAY` that is bad: up, from devices to the gateway, down, or both")
	f.Uint64Var(&c.cfg.Seed, "seed", 1, "what all that is random comes from")
	c.summaries.flags(f)
	return cmd
}

func (c *lossy) run(ctx context.Context, w io.Writer) error {
	switch c.direction {
	case "up":
		c.cfg.Up = c.faults
	case "down":
		c.cfg.Down = c.faults
	case "both":
		c.cfg.Up, c.cfg.Down = c.faults, c.faults
	default:
		return errors.New("--direction must be up, down or both")
	}
	if err := c.summaries.check(); err != nil {
		return err
	}
	network, err := testbed.ListenLossy(c.cfg)
	if err != nil {
		return failure{err}
	}
	fmt.Fprintf(w, "devices find the gateway at %v\n", network.Addr())
	err = c.summaries.print(ctx, w, network.Run, func() string { return describeLossy(network.Stats()) })
	if err != nil {
		return failure{err}
	}
	return nil
}

// describeLossy puts the state of a network into one line.
func describeLossy(s testbed.LossyStats) string {
	line := fmt.Sprintf("devices: %d; datagrams: %d forwarded, %d lost, %d doubled", s.Devices, s.Forwarded, s.Lost, s.Duplicated)
	if s.Overflow > 0 {
		line += fmt.Sprintf(", %d too many or too long", s.Overflow)
	}
	return line
}
