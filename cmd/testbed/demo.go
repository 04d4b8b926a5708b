package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mqttsn-gateway/mqttsn/client"
	"mqttsn-gateway/testbed"
)

// A demo is what the command line of demo says.
type demo struct {
	sensors
	length  time.Duration
	program string
}

func demoCommand() *cobra.Command {
	d := new(demo)
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Run a gateway with simulated sensors, and show their readings",
		Long: "Run a gateway, simulated sensors that publish by MQTT-SN, and an MQTT client that prints what arrives at the\n" +
			"gateway's built-in broker. The gateway takes the ports 1884 (UDP) and 1883 (TCP) of this machine, or free ones if\n" +
			"these are in use. It exits with 1 if no reading arrived.",
		Example: examples("testbed demo",
			"testbed demo --for 10m --count 50 --period 10s --sleep"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return d.run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	d.flags(cmd.Flags())
	return cmd
}

func (d *demo) flags(f *pflag.FlagSet) {
	f.DurationVar(&d.length, "for", 20*time.Second, "end after so long; 0: when interrupted")
	f.StringVar(&d.program, "gateway-program", "", "`FILE` of the gateway; by default the one beside this program")
	d.sensors.flags(f, 6, 2*time.Second)
}

func (d *demo) run(ctx context.Context, stdout, stderr io.Writer) error {
	return d.stage(ctx, stderr, nil, func(gateway *gatewayProcess) error {
		d.introduce(stdout, gateway)
		return d.show(ctx, stdout, gateway, testbed.DialUDP(gateway.udp))
	})
}

// stage runs a gateway, in an environment that may say more than where it listens, and the play with it.
func (d *demo) stage(ctx context.Context, stderr io.Writer, environ []string, play func(*gatewayProcess) error) error {
	if err := d.check(); err != nil {
		return err
	}
	if d.program == "" {
		program, err := findGateway()
		if err != nil {
			return failure{err}
		}
		d.program = program
	}
	gateway, err := startGateway(d.program, freeOr("udp", "127.0.0.1:1884"), freeOr("tcp", "127.0.0.1:1883"), stderr, environ...)
	if err != nil {
		return failure{err}
	}
	defer func() {
		grace := time.Duration(0)
		if ctx.Err() != nil {
			grace = time.Second // Ctrl-C has reached it too
		}
		gateway.stop(grace)
	}()
	if err := play(gateway); err != nil {
		return failure{err}
	}
	return nil
}

func (d *demo) check() error {
	nowhere := func(context.Context) (client.Transport, error) { return nil, net.ErrClosed }
	if _, err := d.make(nowhere); err != nil {
		return err
	}
	if d.length < 0 {
		return errors.New("--for must not be less than 0")
	}
	return nil
}

// freeOr gives the address if nobody listens there, and otherwise the same with port 0, which is any that is free.
func freeOr(network, address string) string {
	var listener io.Closer
	var err error
	if network == "udp" {
		listener, err = net.ListenPacket(network, address)
	} else {
		listener, err = net.Listen(network, address)
	}
	if err == nil {
		listener.Close()
		return address
	}
	host, _, _ := net.SplitHostPort(address)
	return net.JoinHostPort(host, "0")
}

// show runs the sensors and the MQTT client.
func (d *demo) show(ctx context.Context, w io.Writer, gateway *gatewayProcess, dial dialer) error {
	fleet, err := d.make(dial)
	if err != nil {
		return err
	}
	running, cancel := forDuration(ctx, d.length)
	defer cancel()
	sub, err := subscribe(running, gateway.mqtt, "testbed-demo", d.cfg.Prefix+"/#", func(topic string, payload []byte) {
		fmt.Fprintf(w, "%s  %s %s\n", time.Now().Format("15:04:05.000"), topic, payload)
	})
	if err != nil {
		return fmt.Errorf("the MQTT client: %w", err)
	}
	defer sub.close()
	var living sync.WaitGroup
	living.Go(func() { fleet.Run(running) })
	select {
	case <-running.Done():
	case <-gateway.exited:
		err = fmt.Errorf("the gateway has ended: %w", gateway.exitError())
	case lost := <-sub.failed:
		err = fmt.Errorf("the MQTT client has lost its connection: %w", lost)
	}
	cancel()
	living.Wait()
	if ctx.Err() != nil {
		err = nil // interrupted: the gateway ends together with us
	}
	return errors.Join(err, d.conclude(w, fleet.Stats(), sub))
}

// introduce tells what there is to see.
func (d *demo) introduce(w io.Writer, gateway *gatewayProcess) {
	_, udp, _ := net.SplitHostPort(gateway.udp)
	_, mqtt, _ := net.SplitHostPort(gateway.mqtt)
	fmt.Fprintf(w, `gateway     devices at UDP port %s, MQTT clients at TCP port %s
sensors     %d, a reading every %v with QoS %d, by MQTT-SN
here        an MQTT client that is subscribed to %s/#

Take part from another terminal:
  mosquitto_sub -p %s -t '#' -v
  ./bin/mqttsn pub -p %s -t %s/me -m hello

`, udp, mqtt, d.cfg.Count, d.cfg.Period, d.qos, d.cfg.Prefix, mqtt, udp, d.cfg.Prefix)
}

// lastMoment is how long the last readings may take to arrive.
const lastMoment = time.Second

func (d *demo) conclude(w io.Writer, s testbed.Stats, sub *subscriber) error {
	ctx, cancel := context.WithTimeout(context.Background(), lastMoment)
	defer cancel()
	shown := sub.waitFor(ctx, int(s.Sent))
	fmt.Fprintf(w, "\n%s; messages shown: %d\n", describeReadings(s), shown)
	if shown == 0 {
		return errors.New("no reading arrived")
	}
	return nil
}
