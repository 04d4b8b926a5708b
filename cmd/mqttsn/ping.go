package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"mqttsn-gateway/mqttsn/client"
)

// A ping is what the command line of ping says.
type ping struct {
	session
	limits   limits
	interval time.Duration
}

func pingCommand() *cobra.Command {
	p := &ping{limits: limits{count: 4}}
	cmd := &cobra.Command{
		Use:   "ping [-h HOST]",
		Short: "Ask whether a gateway is there, and how quickly it answers",
		Long:  "Connect to a gateway, send PINGREQ a few times, and print how long each answer took.",
		Example: examples("mqttsn ping",
			"mqttsn ping -h gateway.local -C 0 --interval 10s"),
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.run(cmd) },
	}
	f := cmd.Flags()
	p.limits.flags(f, "answers; 0: go on until interrupted")
	f.DurationVar(&p.interval, "interval", time.Second, "time between an answer and the next question")
	p.session.flags(f)
	return cmd
}

func (p *ping) run(cmd *cobra.Command) error {
	if err := errors.Join(p.limits.check(), p.check()); err != nil {
		return err
	}
	cfg := p.config()
	done, err := p.protected.use(&cfg)
	if err != nil {
		return err
	}
	defer done()
	ctx, stop := p.limits.context(cmd.Context())
	defer stop()
	d, err := p.connect(ctx, cmd, cfg)
	if err == nil {
		defer d.leave()
		err = p.ask(ctx, cmd.OutOrStdout(), d)
	}
	if errors.Is(context.Cause(ctx), errTimeUp) {
		return errTimeUp
	}
	return p.explain("the question", err)
}

func (p *ping) connect(ctx context.Context, cmd *cobra.Command, cfg client.Config) (*device, error) {
	var took time.Duration
	d, err := p.open(ctx, cmd.ErrOrStderr(), cfg, func(ctx context.Context, d *device) error {
		start := time.Now()
		err := d.Connect(ctx)
		took = time.Since(start)
		return err
	})
	if err == nil {
		fmt.Fprintf(cmd.OutOrStdout(), "CONNACK from %v in %v\n", d.wire.RemoteAddr(), roundTrip(took))
	}
	return d, err
}

// ask sends PINGREQ and waits, again and again.
func (p *ping) ask(ctx context.Context, w io.Writer, d *device) error {
	for n := 1; ; n++ {
		start := time.Now()
		err := d.Ping(ctx)
		if ctx.Err() != nil {
			return nil // interrupted
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "PINGRESP %d in %v\n", n, roundTrip(time.Since(start)))
		if n == p.limits.count || !sleepFor(ctx, p.interval) {
			return nil
		}
	}
}

// roundTrip leaves of a time what can be believed.
func roundTrip(d time.Duration) time.Duration { return d.Round(10 * time.Microsecond) }
