package xbee

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"mqttsn-gateway/radio/xbee/frame"
)

// DoctorConfig says what a Doctor examines.
type DoctorConfig struct {
	// Open opens the serial port at a baud rate.
	Open func(ctx context.Context, baud int) (io.ReadWriteCloser, error)

	// Baud is the rate to try first; 0 means 9600.
	Baud int

	// Fix lets the doctor change what keeps the modem from serving a gateway, and whatever of the following is wanted,
	// and save it.
	Fix         bool
	APIMode     frame.Mode // 0: as it is, Plain if the modem is in transparent mode
	PAN         *uint64    // nil: as it is
	Coordinator bool       // make a Zigbee modem the coordinator
	SetBaud     int        // 0: as it is
}

// ErrNotReady says that the modem cannot serve a gateway as it is.
var ErrNotReady = errors.New("xbee: the modem is not ready for a gateway")

// commonRates are what modems are found at, the likeliest first.
var commonRates = []int{9600, 115200, 57600, 38400, 19200}

// Doctor finds the modem at a serial port, whatever its baud rate, and writes to w what it is, how it is configured, what
// is wrong with that and which nodes are in reach. It takes seconds to a minute. The error is ErrNotReady if something is
// left to be done, or what has kept the doctor from finding out.
func Doctor(ctx context.Context, w io.Writer, c DoctorConfig) error {
	if c.SetBaud != 0 && bdOf(c.SetBaud) == nil {
		return fmt.Errorf("xbee: %d is not a baud rate that every modem knows", c.SetBaud)
	}
	d := &doctor{w: w, cfg: c}
	defer d.close()
	if err := d.find(ctx); err != nil {
		return fmt.Errorf("xbee: %w", err)
	}
	if err := d.examine(ctx); err != nil {
		return fmt.Errorf("xbee: %w", err)
	}
	if c.Fix {
		if err := d.fix(ctx); err != nil {
			return fmt.Errorf("xbee: %w", err)
		}
	}
	if err := d.neighbours(ctx); err != nil {
		return fmt.Errorf("xbee: %w", err)
	}
	return d.verdict()
}

// A doctor is one examination.
type doctor struct {
	console
	w     io.Writer
	cfg   DoctorConfig
	baud  int
	modem *Modem
}

func (d *doctor) say(format string, args ...any) { fmt.Fprintf(d.w, format+"\n", args...) }

// open opens the port at a rate, in place of the one before.
func (d *doctor) open(ctx context.Context, baud int) error {
	d.close()
	p, err := d.cfg.Open(ctx, baud)
	if err != nil {
		return fmt.Errorf("the serial port cannot be opened: %w", err)
	}
	d.console = console{other: func([]byte) {}}
	d.line = newLine(ctx, p, baud, d.handle)
	d.baud = baud
	return d.pause(ctx, quiet)
}

func (d *doctor) close() {
	if d.line != nil {
		d.line.close()
		d.line = nil
	}
}

// rates are the baud rates to try.
func (d *doctor) rates() []int {
	rates := slices.Clone(commonRates)
	if d.cfg.Baud != 0 {
		rates = slices.DeleteFunc(rates, func(r int) bool { return r == d.cfg.Baud })
		rates = slices.Insert(rates, 0, d.cfg.Baud)
	}
	return rates
}

// find opens the port at the rate at which the modem answers: in API mode, or else in transparent mode.
func (d *doctor) find(ctx context.Context) error {
	for _, baud := range d.rates() {
		if err := d.open(ctx, baud); err != nil {
			return err
		}
		d.hasty = true
		mode, err := d.probe(ctx)
		d.hasty = false
		if err == nil {
			d.say("%d bit/s: the modem answers in %v", baud, mode)
			return nil
		}
		if !errors.Is(err, ErrNoAnswer) {
			return err
		}
		d.say("%d bit/s: no answer in API mode", baud)
	}
	for _, baud := range d.rates() {
		if err := d.open(ctx, baud); err != nil {
			return err
		}
		entered, err := d.enterCommandMode(ctx)
		if err != nil {
			return err
		}
		if entered {
			d.say("%d bit/s: the modem is in transparent mode (AP=0)", baud)
			return d.leaveTransparentMode(ctx)
		}
		d.say("%d bit/s: no answer in transparent mode", baud)
	}
	return fmt.Errorf("%w at any common baud rate: is it an XBee, powered, and are RX and TX crossed?", ErrNoAnswer)
}

// leaveTransparentMode brings a modem that listens to text commands to API mode, if that is allowed.
func (d *doctor) leaveTransparentMode(ctx context.Context) error {
	if !d.cfg.Fix {
		if err := d.leaveCommandMode(ctx); err != nil {
			return err
		}
		return ErrTransparent
	}
	mode := max(d.cfg.APIMode, frame.Plain)
	done, err := d.sayAndHear(ctx, fmt.Sprintf("ATAP %d\r", mode), answerTimeout)
	if err != nil {
		return err
	}
	if !done {
		return fmt.Errorf("%w, and does not accept API mode", ErrTransparent)
	}
	if err := d.leaveCommandMode(ctx); err != nil {
		return err
	}
	if _, err := d.probe(ctx); err != nil {
		return err
	}
	d.say("set AP to %d", mode)
	return d.save(ctx)
}
