package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/spf13/pflag"

	"mqttsn-gateway/mqttsn/client"
	v2 "mqttsn-gateway/mqttsn/v2"
)

// A target is the gateway that a command line names.
type target struct {
	host    string
	port    uint16
	only4   bool
	only6   bool
	debug   bool
	version versionFlag
	line    line
	secured secured
}

const defaultPort = 1884

func (t *target) flags(f *pflag.FlagSet) {
	f.StringVarP(&t.host, "host", "h", "localhost", "`HOST` name or address of the gateway")
	f.Uint16VarP(&t.port, "port", "p", defaultPort, "UDP `PORT` of the gateway")
	f.BoolVarP(&t.only4, "ipv4", "4", false, "use IPv4 only")
	f.BoolVarP(&t.only6, "ipv6", "6", false, "use IPv6 only")
	t.version = versionFlag(v2.V12)
	f.VarP(&t.version, "protocol-version", "V", "`VERSION` of the protocol: 1.2, or 2.0, which is a draft")
	f.BoolVarP(&t.debug, "debug", "d", false, "show every packet that is sent and received")
}

func (t *target) check() error {
	switch {
	case t.only4 && t.only6:
		return errors.New("-4 and -6 exclude each other")
	case t.port == 0:
		return errors.New("there is no port 0")
	case t.line.given() && t.secured.given():
		return errors.New("there is no DTLS on a serial line")
	}
	return t.secured.check()
}

// network is "ip", "ip4" or "ip6", as package net calls the families.
func (t *target) network() string {
	switch {
	case t.only4:
		return "ip4"
	case t.only6:
		return "ip6"
	}
	return "ip"
}

// family is what people call the network.
func (t *target) family() string {
	if t.only4 {
		return "IPv4"
	}
	return "IPv6"
}

// A session is what a command line says of the session that it wants with its gateway.
type session struct {
	target
	id        string
	keep      bool
	keepAlive uint16
	will      will
	v20       options20
	protected protected
	interval  time.Duration // T_retry
	retries   int           // N_retry
}

func (s *session) flags(f *pflag.FlagSet) {
	s.target.flags(f)
	s.secured.flags(f)
	s.line.flags(f)
	f.StringVarP(&s.id, "id", "i", "", "client `ID`; by default a random one")
	f.Uint16VarP(&s.keepAlive, "keepalive", "k", 60, "`SECONDS` within which client and gateway hear from each other; 0: they need not")
	f.BoolVarP(&s.keep, "disable-clean-session", "c", false, "go on with the gateway's session for this client id, and leave it there; needs -i")
	s.will.flags(f)
	s.v20.flags(f)
	s.protected.flags(f)
	f.DurationVar(&s.interval, "retry-interval", 3*time.Second, "how long to wait for an answer before asking again")
	f.IntVar(&s.retries, "retries", 3, "ask again so many `TIMES` before giving up")
}

func (s *session) check() error {
	switch {
	case s.keep && s.id == "":
		return errors.New("-c needs a client id: give one with -i")
	case s.interval <= 0:
		return errors.New("--retry-interval must be more than 0")
	case s.retries < 0:
		return errors.New("--retries must not be less than 0")
	}
	return errors.Join(s.will.check(), s.v20.check(s.version, s.keepAlive), s.protected.check(s.version), s.target.check())
}

// maxDatagram is what UDP carries, and more than gateways can be expected to take.
const maxDatagram = 65507

// config makes the configuration of a client.
func (s *session) config() client.Config {
	id := s.id
	if id == "" {
		id = fmt.Sprintf("mqttsn-%08x", rand.Uint32())
	}
	retries := s.retries
	if retries == 0 {
		retries = -1 // 0 is the default there
	}
	c := client.Config{
		ClientID:      id,
		KeepAlive:     time.Duration(s.keepAlive) * time.Second,
		CleanSession:  !s.keep,
		Will:          s.will.config(),
		RetryInterval: s.interval,
		Retries:       retries,
		MTU:           maxDatagram,
		FirstMsgID:    uint16(rand.Uint32()),
	}
	if s.version.is20() {
		c.V2 = s.v20.config(s.keep)
	}
	return c
}
