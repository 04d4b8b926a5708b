package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"mqttsn-gateway/mqttsn/client"
	"mqttsn-gateway/testbed/xbee"
)

// An xbeeDemo is what the command line of demo-xbee says.
type xbeeDemo struct {
	demo
	family  familyFlag
	loss    float64
	unplug  time.Duration
	apiMode int
}

func xbeeCommand() *cobra.Command {
	d := &xbeeDemo{family: familyFlag(xbee.Zigbee)}
	cmd := &cobra.Command{
		Use:   "demo-xbee",
		Short: "Run a gateway with an emulated XBee network, and show the readings",
		Long: "Run an emulated XBee modem at a pseudo-terminal, a gateway that has this terminal as its serial port, sensors with\n" +
			"modules of their own, and an MQTT client that prints what arrives at the gateway's built-in broker. Packets take the\n" +
			"time that they take on the air and on the serial line, and some are lost. It exits with 1 if no reading arrived.",
		Example: examples("testbed demo-xbee",
			"testbed demo-xbee --for 10m --count 50 --period 10s --sleep --loss 0.2 --unplug 30s"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return d.run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f := cmd.Flags()
	d.flags(f)
	f.Var(&d.family, "family", "firmware of the modules: zigbee, digimesh, 802.15.4 or s1")
	f.IntVar(&d.apiMode, "api-mode", 2, "API mode of the gateway's module, 1 or 2")
	f.Float64Var(&d.loss, "loss", 0.05, "probability that a packet is lost on the air; modules repeat it then")
	f.DurationVar(&d.unplug, "unplug", 0, "pull the gateway's modem out every so often, and plug it in again; 0: never")
	return cmd
}

func (d *xbeeDemo) run(ctx context.Context, stdout, stderr io.Writer) error {
	switch {
	case d.loss < 0 || d.loss >= 1:
		return errors.New("--loss must be 0 or more, and less than 1")
	case d.apiMode != 1 && d.apiMode != 2:
		return errors.New("--api-mode must be 1 or 2")
	case d.unplug < 0:
		return errors.New("--unplug must not be less than 0")
	}
	dir, err := os.MkdirTemp("", "testbed-")
	if err != nil {
		return failure{err}
	}
	defer os.RemoveAll(dir)
	air := xbee.NewAir(xbee.AirConfig{Seed: d.cfg.Seed, Loss: d.loss, Airtime: true})
	defer air.Close()
	modem, err := air.NewModem(xbee.ModemConfig{
		Family: xbee.Family(d.family), APIMode: d.apiMode, Path: filepath.Join(dir, "ttyXBEE"),
	})
	if err != nil {
		return failure{err}
	}
	environ := []string{"MQTTSN_GATEWAY_LINKS_0_NAME=xbee", "MQTTSN_GATEWAY_LINKS_0_TYPE=xbee", "MQTTSN_GATEWAY_LINKS_0_PORT=" + modem.Port()}
	return d.stage(ctx, stderr, environ, func(gateway *gatewayProcess) error {
		if err := gateway.waitLinkUp(ctx); err != nil {
			return err
		}
		d.introduce(stdout, gateway, modem)
		ctx, cancel := context.WithCancel(ctx)
		var hand sync.WaitGroup
		hand.Go(func() { d.pull(ctx, stdout, modem) })
		err := d.show(ctx, stdout, gateway, func(context.Context) (client.Transport, error) {
			return air.NewNode(xbee.NodeConfig{Family: xbee.Family(d.family)}), nil
		})
		cancel()
		hand.Wait()
		d.describeAir(stdout, air.Stats())
		return err
	})
}

// introduce tells what there is to see.
func (d *xbeeDemo) introduce(w io.Writer, gateway *gatewayProcess, modem *xbee.Modem) {
	_, mqtt, _ := net.SplitHostPort(gateway.mqtt)
	fmt.Fprintf(w, `modem       %v, API mode %d, 115200 bit/s, at %s
air         250 kbit/s, %g %% of the packets are lost
gateway     the modem is its only link; MQTT clients at TCP port %s
sensors     %d with modules of their own, a reading every %v with QoS %d
here        an MQTT client that is subscribed to %s/#

Take part from another terminal:
  mosquitto_sub -p %s -t '#' -v

`, &d.family, d.apiMode, modem.Port(), 100*d.loss, mqtt, d.cfg.Count, d.cfg.Period, d.qos, d.cfg.Prefix, mqtt)
}

// unplugged is how long the modem stays out.
const unplugged = time.Second

// pull is the hand that pulls the modem out and plugs it in again.
func (d *xbeeDemo) pull(ctx context.Context, w io.Writer, modem *xbee.Modem) {
	for d.unplug > 0 && wait(ctx, d.unplug) {
		fmt.Fprintln(w, "              the modem is pulled out")
		modem.Unplug()
		wait(ctx, unplugged)
		if err := modem.Plug(); err != nil {
			fmt.Fprintln(w, "              the modem cannot be plugged in again:", err)
			return
		}
		fmt.Fprintln(w, "              the modem is plugged in")
	}
}

// wait reports whether the time has passed before ctx ended.
func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func (d *xbeeDemo) describeAir(w io.Writer, s xbee.AirStats) {
	fmt.Fprintf(w, "air: %d packets, busy for %v; transmissions lost: %d; packets given up: %d\n",
		s.Sent, s.Busy.Round(time.Millisecond), s.Lost, s.Failed)
}

// A familyFlag is the firmware of modules.
type familyFlag xbee.Family

var families = []struct {
	family     xbee.Family
	name, word string
}{
	{xbee.Zigbee, "Zigbee", "zigbee"},
	{xbee.DigiMesh, "DigiMesh", "digimesh"},
	{xbee.IEEE802154, "802.15.4", "802.15.4"},
	{xbee.Series1, "802.15.4, first generation", "s1"},
}

func (f *familyFlag) Type() string   { return "FAMILY" }
func (f *familyFlag) String() string { return families[*f].name }

func (f *familyFlag) Set(s string) error {
	for i := range families {
		if strings.EqualFold(s, families[i].word) {
			*f = familyFlag(families[i].family)
			return nil
		}
	}
	return errors.New("it is not zigbee, digimesh, 802.15.4 or s1")
}
