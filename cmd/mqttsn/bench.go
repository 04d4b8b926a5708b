package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"

	"github.com/spf13/cobra"

	"mqttsn-gateway/cmd/mqttsn/bench"
	"mqttsn-gateway/mqttsn"
)

// A benchmark is what the command line of bench says.
type benchmark struct {
	target
	cfg   bench.Config
	qos   int
	json  bool
	floor bool
}

func benchCommand() *cobra.Command {
	b := &benchmark{cfg: bench.Default()}
	cmd := &cobra.Command{
		Use:   "bench {connect | up | down | wake | idle | asleep | clients} [-h HOST] [--broker URL]",
		Short: "Load a gateway with simulated devices, and measure it",
		Long: paragraphs("Load a gateway with simulated devices, and measure how many messages a second it bears, how late they are, which\n"+
			"get lost or come twice; and, given its process id, its CPU time and memory.",
			"connect  all devices connect at once\n"+
				"up       devices publish, an ordinary MQTT client is subscribed\n"+
				"down     an ordinary MQTT client publishes, each device is subscribed\n"+
				"wake     all devices sleep, messages are kept for them, all wake at once\n"+
				"idle     all devices are connected, and keep their sessions alive\n"+
				"asleep   all devices are subscribed, and sleep\n"+
				"clients  ordinary MQTT clients publish to one of them through the broker, without a gateway",
			"The limits of the gateway apply: raise its limits on devices, rates and connections first, if they are not what you\n"+
				"want to measure."),
		Example: examples("mqttsn bench up -n 1000 -q 1 --pid $(pidof mqttsn-gateway)",
			"mqttsn bench up -n 1000 -q 1 --rate 5000 -W 30",
			"mqttsn bench wake -n 10000 --beside 100 --json"),
		ValidArgs: scenarioNames(),
		Args:      cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		RunE: func(cmd *cobra.Command, args []string) error {
			b.cfg.Scenario = bench.Scenario(args[0])
			return b.run(cmd)
		},
	}
	f := cmd.Flags()
	f.StringVarP(&b.host, "host", "h", "localhost", "`HOST` name or address of the gateway")
	f.Uint16VarP(&b.port, "port", "p", defaultPort, "UDP `PORT` of the gateway")
	f.StringVar(&b.cfg.Broker, "broker", b.cfg.Broker, "`URL` of the ordinary client's broker: the gateway, or that behind it")
	f.IntVarP(&b.cfg.Devices, "devices", "n", b.cfg.Devices, "simulate so `MANY` devices")
	f.IntVarP(&b.qos, "qos", "q", 0, "`QOS` of messages: 0, 1 or 2; wake takes at least 1")
	f.IntVarP(&b.cfg.Count, "count", "C", b.cfg.Count, "send so `MANY` messages; wake: so many for each device, by default 1")
	f.DurationVarP(&b.cfg.Time, "time", "W", b.cfg.Time, "measure no longer than this `TIME`, such as 90s")
	f.Float64Var(&b.cfg.Rate, "rate", 0, "send so `MANY` messages a second; 0: as fast as they arrive")
	f.IntVar(&b.cfg.Window, "window", b.cfg.Window, "without --rate, keep so `MANY` messages under way")
	f.IntVar(&b.cfg.Size, "size", b.cfg.Size, "`OCTETS` of a message")
	f.IntVar(&b.cfg.Beside, "beside", 0, "connect, wake: so `MANY` further devices publish ten messages a second each meanwhile")
	f.DurationVarP(&b.cfg.KeepAlive, "keepalive", "k", b.cfg.KeepAlive, "keep-alive of the devices")
	f.DurationVar(&b.cfg.Retry, "retry-interval", b.cfg.Retry, "how long a device waits for an answer before it asks again")
	f.IntVar(&b.cfg.Retries, "retries", b.cfg.Retries, "a device asks again so many `TIMES`")
	f.StringVar(&b.cfg.Prefix, "prefix", b.cfg.Prefix, "client ids and topics begin with this `WORD`")
	f.BoolVar(&b.cfg.Stay, "stay", false, "leave the sessions in the gateway at the end")
	f.IntVar(&b.cfg.PID, "pid", 0, "measure CPU time and memory of this process: the gateway")
	f.BoolVar(&b.floor, "floor", false, "up: measure also the least that any gateway takes on this machine, to compare with")
	f.BoolVar(&b.json, "json", false, "print the figures as JSON")
	cmd.AddCommand(floorCommand())
	return cmd
}

func scenarioNames() (names []string) {
	for _, s := range bench.Scenarios {
		names = append(names, string(s))
	}
	return names
}

func (b *benchmark) run(cmd *cobra.Command) error {
	if b.floor && b.cfg.Scenario != bench.Up {
		return errors.New("--floor goes with up")
	}
	if b.cfg.Scenario == bench.Wake && !cmd.Flags().Changed("count") {
		b.cfg.Count = 1
	}
	b.cfg.QoS = mqttsn.QoS(b.qos)
	if err := errors.Join(b.check(), b.cfg.Check()); err != nil {
		return err
	}
	list, err := b.addresses(cmd.Context())
	if err != nil {
		return failure{err}
	}
	b.cfg.Gateway = list[0]
	if w := cmd.ErrOrStderr(); isTerminal(w) && !b.json {
		b.cfg.Progress = func(p bench.Progress) { fmt.Fprintf(w, "\r\x1b[K%s: %d of %d", p.What, p.Done, p.Goal) }
		defer fmt.Fprint(w, "\r\x1b[K")
	}
	r, err := bench.Run(cmd.Context(), b.cfg)
	if err == nil && b.floor {
		r.Floor, err = measureFloor(cmd.Context(), b.cfg)
	}
	if err != nil {
		return failure{err}
	}
	return b.print(cmd.OutOrStdout(), r)
}

func (b *benchmark) print(w io.Writer, r *bench.Report) error {
	if !b.json {
		if b.cfg.Progress != nil {
			fmt.Fprint(os.Stderr, "\r\x1b[K")
		}
		r.Print(w)
		return nil
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// isTerminal reports whether somebody looks at what is written as it comes.
func isTerminal(w io.Writer) bool {
	if l, ok := w.(*lockedWriter); ok {
		w = l.w
	}
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// measureFloor does the same against the floor, which is a process of its own, as the gateway is.
func measureFloor(ctx context.Context, cfg bench.Config) (*bench.Report, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return bench.RunFloor(ctx, cfg, exec.CommandContext(ctx, self, "bench", "floor"))
}

// floorCommand is for measureFloor.
func floorCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "floor",
		Hidden: true,
		Args:   noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f, err := bench.OpenFloor()
			if err != nil {
				return failure{err}
			}
			fmt.Fprintln(cmd.OutOrStdout(), f)
			return f.Run(cmd.Context())
		},
	}
}
