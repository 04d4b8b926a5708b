package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"mqttsn-gateway/radio/port"
	"mqttsn-gateway/radio/xbee"
	"mqttsn-gateway/radio/xbee/frame"
)

func xbeeCommand() *cobra.Command {
	return group("xbee", "Look at an XBee modem", doctorCommand())
}

func doctorCommand() *cobra.Command {
	var c xbee.DoctorConfig
	var mode modeFlag
	var pan panFlag
	var flow bool
	cmd := &cobra.Command{
		Use:   "doctor PORT",
		Short: "Find out what an XBee modem is, what is wrong with it, and mend that",
		Long: "Find the XBee modem at a serial port, whatever its baud rate, and say what it is, how it is configured, what\n" +
			"keeps it from serving a gateway, and which nodes are in reach. It takes up to a minute, and changes nothing\n" +
			"without --fix. \"mqttsn-gateway serial list\" shows the ports. A gateway that has the port open must be stopped.\n\n" +
			"The exit code is 0 if the modem is ready for a gateway.",
		Example: "  mqttsn-gateway xbee doctor /dev/ttyUSB0\n" +
			"  mqttsn-gateway xbee doctor 0403:6015 --fix --coordinator --pan 1234 --api-mode 2 --set-baud 115200",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New("doctor needs the name of one serial port")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			c.Open = func(ctx context.Context, baud int) (io.ReadWriteCloser, error) {
				return port.Config{Name: args[0], Baud: baud, FlowControl: flow}.Opener()(ctx)
			}
			c.APIMode, c.PAN = mode.mode, pan.id
			return explainPort(xbee.Doctor(cmd.Context(), cmd.OutOrStdout(), c))
		},
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	fs.BoolVar(&c.Fix, "fix", false, "set what a gateway needs, and what the following flags want, and save it in the modem")
	fs.Var(&mode, "api-mode", "API mode to use: 1, or 2, which is safer on noisy lines")
	fs.Var(&pan, "pan", "PAN id of the network, hexadecimal")
	fs.BoolVar(&c.Coordinator, "coordinator", false, "the modem forms its Zigbee network")
	fs.IntVar(&c.SetBaud, "set-baud", 0, "speed of the line to use, a `RATE` in bit/s")
	fs.IntVar(&c.Baud, "baud", 0, "look for the modem at this `RATE` first")
	fs.BoolVar(&flow, "flow-control", false, "hardware flow control with RTS and CTS, which must be wired")
	return cmd
}

// A modeFlag is an API mode.
type modeFlag struct{ mode frame.Mode }

func (f *modeFlag) Type() string { return "1|2" }

func (f *modeFlag) String() string {
	if f.mode == 0 {
		return ""
	}
	return strconv.Itoa(int(f.mode))
}

func (f *modeFlag) Set(s string) error {
	n, err := strconv.Atoi(s)
	if err != nil || n < int(frame.Plain) || n > int(frame.Escaped) {
		return errors.New("it is neither 1 nor 2")
	}
	f.mode = frame.Mode(n)
	return nil
}

// A panFlag is a PAN id, which is written in hexadecimal digits everywhere.
type panFlag struct{ id *uint64 }

func (f *panFlag) Type() string { return "HEX" }

func (f *panFlag) String() string {
	if f.id == nil {
		return ""
	}
	return fmt.Sprintf("%X", *f.id)
}

func (f *panFlag) Set(s string) error {
	id, err := strconv.ParseUint(s, 16, 64)
	if err != nil {
		return errors.New("it is not a number of 1 to 16 hexadecimal digits")
	}
	f.id = &id
	return nil
}
