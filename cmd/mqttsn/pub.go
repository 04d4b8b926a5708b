package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/mqttsn/client"
)

// A pub is what the command line of pub says.
type pub struct {
	session
	topics  topics
	payload payload
	qos     qosFlag
	retain  bool
}

func pubCommand() *cobra.Command {
	p := &pub{qos: qosFlag{min: mqttsn.QoSMinus1}}
	cmd := &cobra.Command{
		Use:   "pub {-t NAME | --predefined ID | --short NAME} {-m MESSAGE | -f FILE | -s | -l | -n}",
		Short: "Publish messages",
		Long: paragraphs("Publish one message, or with -l a message for each line of standard input.",
			"A topic goes by its name, for which the gateway assigns a number; by a number that the gateway knows from its\n"+
				"configuration; or by two characters that need neither.",
			"QoS -1 needs no connection: the message is sent, and that is all that is known of it. The gateway must allow it."),
		Example: examples("mqttsn pub -t plant/th1 -m 21.5 -q 1",
			"mqttsn pub -h gateway.local --predefined 7 -m 21.5 -q -1",
			"mqttsn pub --short t1 -m on -q 2 -r",
			"sensors | mqttsn pub -t plant/th1 -l -q 1"),
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.run(cmd) },
	}
	f := cmd.Flags()
	p.topics.flags(f, "publish to the topic of this `NAME`")
	p.payload.flags(f)
	f.VarP(&p.qos, "qos", "q", "QoS, -1 to 2")
	f.BoolVarP(&p.retain, "retain", "r", false, "the gateway keeps the message for later subscribers")
	p.session.flags(f)
	return cmd
}

func (p *pub) run(cmd *cobra.Command) error {
	topic, err := p.topics.one()
	switch {
	case err != nil:
		return err
	case p.qos.qos == mqttsn.QoSMinus1 && topic.Type == mqttsn.Normal && !p.version.is20():
		return errors.New("a message of QoS -1 has no topic by name in version 1.2: give --predefined or --short instead of -t")
	}
	if err := errors.Join(p.payload.check(cmd.Flags()), p.check()); err != nil {
		return err
	}
	message := client.Message{Topic: topic, QoS: p.qos.qos, Retain: p.retain}
	if !p.payload.lines {
		if message.Payload, err = p.payload.read(cmd.InOrStdin()); err != nil {
			return failure{err}
		}
	}
	return p.explain(fmt.Sprintf("the message on %v", topic), p.send(cmd, message))
}

// send publishes everything there is, over one connection.
func (p *pub) send(cmd *cobra.Command, message client.Message) error {
	ctx := cmd.Context()
	cfg := p.config()
	done, err := p.protected.use(&cfg)
	if err != nil {
		return err
	}
	defer done()
	cfg.Resume = p.payload.lines
	if cfg.V2 != nil {
		cfg.V2.FullNames = !p.payload.lines // an alias for one message is not worth a question
	}
	d, err := p.open(ctx, cmd.ErrOrStderr(), cfg, func(ctx context.Context, d *device) error {
		if message.QoS == mqttsn.QoSMinus1 {
			return nil
		}
		return d.Connect(ctx)
	})
	if err != nil {
		return err
	}
	defer d.leave()
	if !p.payload.lines {
		return d.publish(ctx, message)
	}
	if message.QoS != mqttsn.QoSMinus1 {
		d.stayConnected(ctx, func() error { return nil })
	}
	return eachLine(ctx, cmd.InOrStdin(), func(line []byte) error {
		message.Payload = line
		err := d.publish(ctx, message)
		if passing(err) {
			fmt.Fprintf(d.log, "mqttsn: a message is lost: %s\n", plain(err))
			return nil
		}
		return err
	})
}

// publish is Publish that also knows of a message nobody answers for that it could not even be sent.
func (d *device) publish(ctx context.Context, m client.Message) error {
	err := d.Publish(ctx, m)
	if err == nil && m.QoS <= mqttsn.QoS0 {
		err = d.wire.writeError()
	}
	return err
}

// passing tells whether it is for lack of a session that a message was lost, so that later ones may do better.
func passing(err error) bool {
	return errors.Is(err, client.ErrNotConnected) || errors.Is(err, client.ErrDisconnected) || errors.Is(err, client.ErrTimeout) ||
		refused(err)
}
