package main

import (
	"context"
	"errors"
	"net"

	"github.com/spf13/pflag"

	"mqttsn-gateway/radio/port"
	"mqttsn-gateway/radio/serial"
)

// A line is the serial port that leads to the gateway, if the command line names one.
type line struct {
	port    port.Config
	framing serial.Framing
}

func (l *line) flags(f *pflag.FlagSet) {
	f.StringVar(&l.port.Name, "serial", "", "reach the gateway by the serial line at `PORT` instead of UDP")
	f.Var((*framingFlag)(&l.framing), "framing", "with --serial: slip, slip-crc, cobs, cobs-crc or hdlc")
	f.IntVar(&l.port.Baud, "baud", port.DefaultBaud, "with --serial: speed of the line, a `RATE` in bit/s")
}

func (l *line) given() bool { return l.port.Name != "" }

func (l *line) open(ctx context.Context) (net.Conn, error) {
	c, err := serial.Dial(ctx, l.port, l.framing, 0)
	if err != nil {
		return nil, err
	}
	return namedLine{c, l.port.Name}, nil
}

// A namedLine knows which port it is.
type namedLine struct {
	*serial.Conn
	name string
}

func (l namedLine) RemoteAddr() net.Addr { return l }
func (l namedLine) Network() string      { return "serial" }
func (l namedLine) String() string       { return l.name }

// A framingFlag is a framing.
type framingFlag serial.Framing

func (f *framingFlag) Type() string   { return "FRAMING" }
func (f *framingFlag) String() string { return serial.Framing(*f).String() }

func (f *framingFlag) Set(s string) error {
	framing, err := serial.ParseFraming(s)
	if err != nil {
		return errors.New("there are slip, slip-crc, cobs, cobs-crc and hdlc")
	}
	*f = framingFlag(framing)
	return nil
}
