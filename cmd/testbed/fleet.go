package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"mqttsn-gateway/testbed"
)

// A fleet is what the command line of fleet says.
type fleet struct {
	sensors
	gateway   string
	summaries summaries
}

func fleetCommand() *cobra.Command {
	c := new(fleet)
	cmd := &cobra.Command{
		Use:   "fleet",
		Short: "Run simulated sensors that publish readings to a gateway",
		Long: "Run simulated sensors that publish readings, each with a session and a UDP port of its own, on the topics\n" +
			"testbed/temperature/1, testbed/door/2 and so on. A summary is printed from time to time.\n\n" +
			"It exits with 1 if no sensor could connect.",
		Example: examples("testbed fleet --count 100 --period 5s --qos 1",
			"testbed fleet --gateway gateway.local:1884 --kind door,meter --sleep --period 1m --for 1h"),
		RunE: func(cmd *cobra.Command, _ []string) error { return c.run(cmd.Context(), cmd.OutOrStdout()) },
	}
	f := cmd.Flags()
	f.StringVar(&c.gateway, "gateway", "localhost:1884", "`HOST:PORT` of the gateway")
	c.flags(f, 10, 5*time.Second)
	c.summaries.flags(f)
	return cmd
}

func (c *fleet) run(ctx context.Context, w io.Writer) error {
	running, err := c.make(testbed.DialUDP(c.gateway))
	if err := errors.Join(err, c.summaries.check()); err != nil {
		return err
	}
	_ = c.summaries.print(ctx, w, func(ctx context.Context) error {
		running.Run(ctx)
		return nil
	}, func() string { return describeFleet(c.cfg.Count, running.Stats()) })
	if s := running.Stats(); s.Connects == 0 && s.LastError != nil {
		return failure{fmt.Errorf("no sensor could connect with %s: %w", c.gateway, s.LastError)}
	}
	return nil
}

// describeFleet puts the state of a fleet into one line.
func describeFleet(count int, s testbed.Stats) string {
	return fmt.Sprintf("sensors: %d of %d connected; %s", s.Connected, count, describeReadings(s))
}
