package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"time"

	"github.com/spf13/cobra"

	"mqttsn-gateway/mqttsn"
	v2 "mqttsn-gateway/mqttsn/v2"
)

// A search is what the command line of search says.
type search struct {
	target
	limits      limits
	radius      uint8
	networkName string
}

// askAgain is how often the question is repeated: a datagram may be lost.
const askAgain = time.Second

func searchCommand() *cobra.Command {
	s := &search{limits: limits{seconds: 5}}
	cmd := &cobra.Command{
		Use:   "search [-h {HOST | GROUP | BROADCAST}]",
		Short: "Look for gateways",
		Long: paragraphs("Send SEARCHGW to a host, to a multicast group or to an IPv4 broadcast address, and print the gateways that answer or\n"+
			"advertise themselves.",
			"With one host it ends at the first answer, else when -W says. It exits with 1 if there was no gateway."),
		Example: examples("mqttsn search -h gateway.local",
			"mqttsn search -h 239.255.18.84 --interface eth0",
			"mqttsn search -h 192.168.1.255",
			"mqttsn search -h ff02::1:1884 --interface eth0 -W 60"),
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return s.run(cmd) },
	}
	f := cmd.Flags()
	s.limits.flags(f, "different answers; 0: no limit")
	f.Uint8Var(&s.radius, "radius", 1, "how many `HOPS` the question may travel, and the answer to it; 0: as many as it takes")
	f.StringVar(&s.networkName, "interface", "", "network `INTERFACE` on which to reach a multicast group")
	s.target.flags(f)
	return cmd
}

func (s *search) run(cmd *cobra.Command) error {
	if err := errors.Join(s.limits.check(), s.check()); err != nil {
		return err
	}
	ctx, stop := s.limits.context(cmd.Context())
	defer stop()
	return s.explain("the question", s.look(ctx, cmd.OutOrStdout(), cmd.ErrOrStderr()))
}

// look finds out what kind of address there is to ask, and asks.
func (s *search) look(ctx context.Context, w, log io.Writer) error {
	list, err := s.addresses(ctx)
	if err != nil {
		return err
	}
	answers := &answers{w: w, version: s.version, enough: s.limits.count, lines: make(map[string]bool)}
	if reachesMany(list[0].Addr()) {
		var g *groupAsker
		if g, err = s.openGroup(list[0], log); err == nil {
			err = s.ask(ctx, g, answers)
		}
	} else {
		answers.enough = 1
		err = s.reach(ctx, log, func(ctx context.Context, w *wire) error {
			return s.ask(ctx, hostAsker{w}, answers)
		})
	}
	switch {
	case err != nil && ctx.Err() == nil:
		return err
	case len(answers.lines) == 0:
		return failure{fmt.Errorf("no gateway answers at %s", s)}
	}
	return nil
}

// An asker brings a question to where gateways may be, and answers back. Close ends a hear that waits.
type asker interface {
	ask(datagram []byte) error
	hear() (datagram []byte, from netip.AddrPort, err error)
	Close() error
}

// ask asks until there are answers enough, and closes the asker.
func (s *search) ask(ctx context.Context, a asker, answers *answers) error {
	ctx, stop := context.WithCancelCause(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			b, from, err := a.hear()
			if err != nil {
				stop(err)
				return
			}
			if answers.take(b, from) {
				stop(errEnough)
				return
			}
		}
	}()
	defer func() {
		a.Close()
		<-ended
	}()
	ticker := time.NewTicker(askAgain)
	defer ticker.Stop()
	question := mqttsn.SearchGw{Radius: s.radius}.Append(nil)
	if s.version.is20() {
		question = v2.SearchGw{}.Append(nil)
	}
	for {
		if err := a.ask(question); err != nil {
			return err
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			if cause := context.Cause(ctx); cause != errEnough {
				return cause
			}
			return nil
		}
	}
}

// answers are the gateways that were found, each printed once.
type answers struct {
	w       io.Writer
	version versionFlag
	enough  int // 0: never
	lines   map[string]bool
}

// maxAnswers bounds the memory for what was found. Gateways have 255 ids.
const maxAnswers = 4096

// take looks at a datagram and tells whether there are answers enough.
func (a *answers) take(datagram []byte, from netip.AddrPort) bool {
	line := a.version.gatewayLine(datagram, from)
	if line != "" && !a.lines[line] && len(a.lines) < maxAnswers {
		a.lines[line] = true
		fmt.Fprintln(a.w, line)
	}
	return a.enough > 0 && len(a.lines) >= a.enough
}

// gatewayLine says what a packet tells of a gateway, "" if nothing.
func (f versionFlag) gatewayLine(datagram []byte, from netip.AddrPort) string {
	packet, err := f.parse(datagram)
	if err != nil {
		return ""
	}
	switch p := packet.(type) {
	case *mqttsn.Advertise:
		return advertisedLine(p.GwID, p.Duration, from)
	case *v2.Advertise:
		return advertisedLine(p.GatewayID, p.Duration, from)
	case *mqttsn.GwInfo:
		return foundLine(p.GwID, p.Address(), from)
	case *v2.GwInfo:
		return foundLine(p.GatewayID, p.Address, from)
	}
	return ""
}

func advertisedLine(id uint8, seconds uint16, from netip.AddrPort) string {
	return fmt.Sprintf("gateway %d at %v, which says so every %v", id, from, time.Duration(seconds)*time.Second)
}

// foundLine is about the gateway itself, or about the address that a device gives for it.
func foundLine(id uint8, address []byte, from netip.AddrPort) string {
	if len(address) > 0 {
		return fmt.Sprintf("gateway %d at %x (hex), says the device at %v", id, address, from)
	}
	return fmt.Sprintf("gateway %d at %v", id, from)
}
