package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/spf13/cobra"

	"mqttsn-gateway/mqttsn/client"
)

// A sleep is what the command line of sleep says.
type sleep struct {
	session
	topics   topics
	qos      qosFlag
	printer  printer
	duration time.Duration
	announce time.Duration
	cycles   int
}

func sleepCommand() *cobra.Command {
	s := new(sleep)
	cmd := &cobra.Command{
		Use:   "sleep {-t FILTER | --predefined ID | --short NAME}...",
		Short: "Subscribe, sleep, and wake to collect messages",
		Long: paragraphs("Be a device that sleeps most of the time: connect, subscribe, and tell the gateway to keep messages. After each sleep\n"+
			"ask for them with PINGREQ, print them, and sleep again when the gateway says PINGRESP.",
			"Messages go to standard output. What the device does is told on standard error, and what the gateway does wrong:\n"+
				"a sleeping device must not be sent anything."),
		Example: examples("mqttsn sleep -t 'plant/#' -v --for 30s --cycles 3",
			"mqttsn sleep -t plant/th1/set -i th1 -c -q 2 --for 10m --cycles 0",
			"mqttsn sleep -t plant/th1/set --for 1m --announce 10s --will-topic plant/th1/state --will-payload lost"),
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return s.run(cmd) },
	}
	f := cmd.Flags()
	s.topics.flags(f, "subscribe to a topic name or `FILTER`; may be given again")
	f.DurationVar(&s.duration, "for", 30*time.Second, "how long to sleep each time")
	f.IntVar(&s.cycles, "cycles", 3, "sleep so many `TIMES`; 0: go on until interrupted")
	f.DurationVar(&s.announce, "announce", 0, "how long to tell the gateway that it will be; by default as long as it is, and the retries")
	f.VarP(&s.qos, "qos", "q", "highest QoS in which to get messages, 0 to 2")
	s.printer.flags(f)
	s.session.flags(f)
	return cmd
}

func (s *sleep) run(cmd *cobra.Command) error {
	list, err := s.topics.list()
	if err != nil {
		return err
	}
	if err := s.check(); err != nil {
		return err
	}
	if s.announce == 0 {
		s.announce = s.duration + time.Duration(s.retries+1)*s.interval
	}
	switch {
	case s.duration <= 0 || s.announce < 0 || s.cycles < 0:
		return errors.New("--for, --announce and --cycles must not be less than 0, and --for not 0")
	case s.announce > math.MaxUint16*time.Second && !s.version.is20():
		return fmt.Errorf("nobody can sleep for longer than %v in version 1.2", math.MaxUint16*time.Second)
	}
	s.printer.w = cmd.OutOrStdout()
	return s.explain("the request", s.live(cmd.Context(), cmd.ErrOrStderr(), list))
}

// live is the life of the device.
func (s *sleep) live(ctx context.Context, log io.Writer, list []client.Topic) error {
	cfg := s.config()
	done, err := s.protected.use(&cfg)
	if err != nil {
		return err
	}
	defer done()
	cfg.Predefined = s.topics.everyPredefined()
	var d *sleeper
	err = s.reach(ctx, log, func(ctx context.Context, w *wire) error {
		d = newSleeper(w, cfg, s.duration, s.printer.print, log)
		err := d.connect(ctx)
		if err != nil {
			d.close()
		}
		return err
	})
	if err != nil {
		return s.explain("the connection", err)
	}
	defer d.close()
	err = s.cycle(ctx, d, list)
	if ctx.Err() != nil {
		err = nil // interrupted, which is how a device ends that sleeps for ever
	}
	if err == nil {
		d.disconnect()
	}
	return err
}

// cycle subscribes, and sleeps and wakes as often as it should.
func (s *sleep) cycle(ctx context.Context, d *sleeper, list []client.Topic) error {
	for _, topic := range list {
		if err := d.subscribe(ctx, topic, s.qos.qos); err != nil {
			return s.explain(fmt.Sprintf("the subscription to %v", topic), err)
		}
	}
	if err := d.sleep(ctx, s.announce); err != nil {
		return err
	}
	for n := 1; s.cycles == 0 || n <= s.cycles; n++ {
		if err := d.rest(ctx); err != nil {
			return err
		}
		if err := d.wake(ctx); err != nil {
			return err
		}
	}
	return nil
}
