package dtls

import (
	"errors"
	"fmt"
	"time"

	"mqttsn-gateway/radio"
)

// Config says how a link listens.
type Config struct {
	// Listen and ReadBuffer are those of radio.UDPConfig.
	Listen     string
	ReadBuffer int

	Credentials Credentials

	// MTU is the largest datagram either way, in octets, at most MaxMTU; 0 means DefaultMTU. It should fit into a packet of
	// the network with 70 octets for IP, UDP and DTLS.
	MTU int

	// MaxSessions bounds the connections; each costs some 50 KB. When there are more, the one that was silent longest
	// ends. 0 means DefaultMaxSessions.
	MaxSessions int

	// IdleTimeout ends a connection that was silent for so long; 0 means DefaultIdleTimeout. The device has to shake hands
	// again, and so must not sleep longer.
	IdleTimeout time.Duration

	// MaxHandshakes bounds the handshakes going on at a time; 0 means DefaultMaxHandshakes. When there are more, the oldest
	// one whose sender has not proven its address, or which takes suspiciously long, gives way.
	MaxHandshakes int

	// HandshakeRate bounds the handshakes that begin in a second; 0 means DefaultHandshakeRate. What is beyond is dropped,
	// and a device tries again.
	HandshakeRate int

	// HandshakeTimeout bounds one handshake; 0 means DefaultHandshakeTimeout.
	HandshakeTimeout time.Duration

	// OnEvent is told PeerGone for each connection that has ended. It must not block. May be nil.
	OnEvent func(radio.Event)
}

// Defaults of Config.
const (
	DefaultMTU              = 1200
	DefaultMaxSessions      = 1000
	DefaultIdleTimeout      = 24 * time.Hour // longer than the longest sleep of MQTT-SN, 65 535 s
	DefaultMaxHandshakes    = 128
	DefaultHandshakeRate    = 1000
	DefaultHandshakeTimeout = 20 * time.Second
)

// MaxMTU is what the DTLS library can receive.
const MaxMTU = 8000

// complete fills in the defaults and checks the rest.
func (c Config) complete() (Config, error) {
	setDefault(&c.MTU, DefaultMTU)
	setDefault(&c.MaxSessions, DefaultMaxSessions)
	setDefault(&c.IdleTimeout, DefaultIdleTimeout)
	setDefault(&c.MaxHandshakes, DefaultMaxHandshakes)
	setDefault(&c.HandshakeRate, DefaultHandshakeRate)
	setDefault(&c.HandshakeTimeout, DefaultHandshakeTimeout)
	if c.OnEvent == nil {
		c.OnEvent = func(radio.Event) {}
	}
	var errs []error
	if c.MTU < 1 || c.MTU > MaxMTU {
		errs = append(errs, fmt.Errorf("MTU %d is not in 1..%d", c.MTU, MaxMTU))
	}
	if c.MaxSessions < 1 || c.MaxHandshakes < 1 || c.HandshakeRate < 1 || c.IdleTimeout < 0 || c.HandshakeTimeout < 0 {
		errs = append(errs, errors.New("a limit is negative"))
	}
	errs = append(errs, c.Credentials.Check())
	c.Credentials = c.Credentials.clone()
	return c, errors.Join(errs...)
}

func setDefault[T comparable](v *T, to T) {
	var zero T
	if *v == zero {
		*v = to
	}
}
