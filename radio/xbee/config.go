package xbee

import (
	"errors"
	"time"

	"mqttsn-gateway/radio"
	"mqttsn-gateway/radio/port"
	"mqttsn-gateway/radio/xbee/frame"
)

// Config says how to reach a modem and what to expect of it.
type Config struct {
	// Open opens the serial port, raw, at the modem's baud rate: normally a port.Config's Opener. It is called again
	// after the port was lost. Read waits for octets (0 and no error is a passing time-out), and Close ends a waiting
	// Read and Write.
	Open port.Opener

	// Baud is the line's rate in bits per second, for timing only; 0 means 9600, the modem's factory setting.
	Baud int

	// MaxPayload is the longest datagram to send in octets; 0 means as long as the modem allows. On Zigbee a datagram
	// longer than about 84 octets goes in fragments, of which none may be lost.
	MaxPayload int

	// Explicit sends explicit addressing frames (0x11) to the serial data endpoint, rather than plain ones (0x10).
	Explicit bool

	// Options are set in every unicast: APS encryption or the extended timeout on Zigbee, for example.
	Options frame.TxOptions

	// Window is how many datagrams the modem may have before it has reported the first delivered; 0 means 3. More fill
	// the buffers of the modem, fewer leave the air unused.
	Window int

	// Queue is how many datagrams may wait for one node; 0 means 256. What comes when it is full is refused.
	Queue int

	// BroadcastInterval is the time between two broadcasts; 0 means 1 s. Every Zigbee router repeats a broadcast three
	// times, and has room for about one a second.
	BroadcastInterval time.Duration

	// StatusTimeout is how long to wait for the modem to say what became of a datagram; 0 means 6 s. Zigbee searches a
	// lost node for 4.8 s; with extended timeouts for sleeping nodes it takes longer.
	StatusTimeout time.Duration

	// HealthInterval is how long a modem may be silent before it is asked whether it is well; 0 means 30 s.
	HealthInterval time.Duration

	// OnEvent, if set, is told of LinkUp, LinkDown and SendFailed. It is called from the link's goroutine, and must not
	// block.
	OnEvent func(radio.Event)
}

func (c Config) withDefaults() (Config, error) {
	if c.Open == nil {
		return c, errors.New("xbee: no function to open the port")
	}
	if c.Baud < 0 || c.MaxPayload < 0 || c.Window < 0 || c.Queue < 0 {
		return c, errors.New("xbee: a number in the configuration is negative")
	}
	if c.OnEvent == nil {
		c.OnEvent = func(radio.Event) {}
	}
	orDefault(&c.Baud, 9600)
	orDefault(&c.Window, 3)
	orDefault(&c.Queue, 256)
	orDefault(&c.BroadcastInterval, time.Second)
	orDefault(&c.StatusTimeout, 6*time.Second)
	orDefault(&c.HealthInterval, 30*time.Second)
	return c, nil
}

func orDefault[T comparable](v *T, d T) {
	var zero T
	if *v == zero {
		*v = d
	}
}
