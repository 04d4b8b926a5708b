package serial

import (
	"errors"
	"fmt"

	"mqttsn-gateway/radio"
	"mqttsn-gateway/radio/port"
)

// Config says how a link uses a line.
type Config struct {
	// Open opens the line, each time that it was lost: port.Config{...}.Opener().
	Open port.Opener

	Framing Framing

	// MTU is the largest datagram either way, in octets; 0 means DefaultMTU.
	MTU int

	// Queue is how many datagrams may wait for the line, and as many for the reader; 0 means DefaultQueue. A slow line
	// with a long queue sends what nobody waits for any more.
	Queue int

	// OnEvent is told LinkUp and LinkDown, once each. It must not block. May be nil.
	OnEvent func(radio.Event)
}

// DefaultQueue is the length of a link's queues, in datagrams.
const DefaultQueue = 32

// complete fills in the defaults and checks the rest.
func (c Config) complete() (Config, error) {
	if c.Open == nil {
		return c, errors.New("serial: no function to open the port")
	}
	if int(c.Framing) >= len(framings) {
		return c, fmt.Errorf("serial: no %v", c.Framing)
	}
	if c.MTU < 0 || c.MTU > radio.MaxUDP || c.Queue < 0 {
		return c, fmt.Errorf("serial: MTU %d or queue %d out of range", c.MTU, c.Queue)
	}
	if c.MTU == 0 {
		c.MTU = DefaultMTU
	}
	if c.Queue == 0 {
		c.Queue = DefaultQueue
	}
	if c.OnEvent == nil {
		c.OnEvent = func(radio.Event) {}
	}
	return c, nil
}
