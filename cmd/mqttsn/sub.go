package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"mqttsn-gateway/mqttsn/client"
	v2 "mqttsn-gateway/mqttsn/v2"
)

// A sub is what the command line of sub says.
type sub struct {
	session
	topics  topics
	qos     qosFlag
	printer printer
	limits  limits

	options        client.SubscribeOptions // 2.0
	retainHandling retainHandlingFlag
}

func subCommand() *cobra.Command {
	s := new(sub)
	cmd := &cobra.Command{
		Use:   "sub {-t FILTER | --predefined ID | --short NAME}...",
		Short: "Subscribe to topics and print their messages",
		Long: paragraphs("Subscribe to one or more topics and print the messages that arrive, until interrupted, or until -C or -W ends it.",
			"When the session is lost, it connects and subscribes again. A predefined topic is shown by its number, unless\n"+
				"its name was told: --predefined 7=plant/th1.",
			"The exit code is 27 if the seconds of -W have passed."),
		Example: examples("mqttsn sub -t 'plant/#' -v",
			"mqttsn sub -h gateway.local --predefined 7=plant/th1 -q 1 -C 1 -W 60",
			"mqttsn sub -t plant/th1/set -i th1 -c -q 2 --will-topic plant/th1/state --will-payload lost"),
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return s.run(cmd) },
	}
	f := cmd.Flags()
	s.topics.flags(f, "subscribe to a topic name or `FILTER`; may be given again")
	f.VarP(&s.qos, "qos", "q", "highest QoS in which to get messages, 0 to 2")
	f.BoolVar(&s.options.NoLocal, "no-local", false, "2.0: not what this client publishes itself")
	f.BoolVar(&s.options.RetainAsPublished, "retain-as-published", false, "2.0: messages are shown as retained if they were published so")
	f.Var(&s.retainHandling, "retain-handling", "2.0: send retained messages always, for a new subscription, or never")
	s.printer.flags(f)
	s.limits.flags(f, "messages")
	s.session.flags(f)
	return cmd
}

func (s *sub) run(cmd *cobra.Command) error {
	list, err := s.topics.list()
	if err != nil {
		return err
	}
	s.options.RetainHandling = v2.RetainHandling(s.retainHandling)
	if err := errors.Join(s.limits.check(), s.check()); err != nil {
		return err
	}
	if s.options != (client.SubscribeOptions{}) && !s.version.is20() {
		return errors.New("options of a subscription need version 2.0 of the protocol: give -V 2.0")
	}
	ctx, stop := s.limits.context(cmd.Context())
	defer stop()
	s.printer.w = cmd.OutOrStdout()
	err = s.receive(ctx, cmd, list)
	if errors.Is(context.Cause(ctx), errTimeUp) {
		return errTimeUp
	}
	return err
}

// errEnough ends a subscription that has had the messages it wanted.
var errEnough = errors.New("enough messages")

// receive prints messages until the context ends, or as many as there should be.
func (s *sub) receive(until context.Context, cmd *cobra.Command, list []client.Topic) error {
	ctx, stop := context.WithCancelCause(until)
	defer stop(nil)
	cfg := s.config()
	done, err := s.protected.use(&cfg)
	if err != nil {
		return err
	}
	defer done()
	cfg.Predefined = s.topics.everyPredefined()
	d, err := s.open(ctx, cmd.ErrOrStderr(), cfg, func(ctx context.Context, d *device) error {
		d.OnMessage(s.printUntilEnough(stop))
		return d.Connect(ctx)
	})
	if err != nil {
		return err
	}
	defer d.leave()
	subscribe := func() error { return s.subscribe(ctx, d, list) }
	d.stayConnected(ctx, subscribe)
	if err := subscribe(); err != nil && ctx.Err() == nil {
		return err
	}
	<-ctx.Done()
	if cause := context.Cause(ctx); until.Err() == nil && cause != errEnough {
		return failure{cause}
	}
	return nil
}

// printUntilEnough prints messages and calls stop when there are no more to print.
func (s *sub) printUntilEnough(stop context.CancelCauseFunc) func(client.Message) {
	printed := 0
	return func(m client.Message) {
		if s.limits.count > 0 && printed == s.limits.count {
			return
		}
		if err := s.printer.print(m); err != nil {
			stop(err)
			return
		}
		if printed++; printed == s.limits.count {
			stop(errEnough)
		}
	}
}

func (s *sub) subscribe(ctx context.Context, d *device, list []client.Topic) error {
	for _, topic := range list {
		granted, err := d.SubscribeWith(ctx, topic, s.qos.qos, s.options, nil)
		if err != nil {
			return s.explain(fmt.Sprintf("the subscription to %v", topic), err)
		}
		if granted < s.qos.qos {
			fmt.Fprintf(d.log, "mqttsn: %v comes with QoS %d at most, the gateway says\n", topic, granted)
		}
	}
	return nil
}
