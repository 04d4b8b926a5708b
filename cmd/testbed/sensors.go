package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/pflag"

	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/mqttsn/client"
	"mqttsn-gateway/testbed"
)

// sensors are what a command line says of simulated sensors.
type sensors struct {
	kinds string
	qos   int
	cfg   testbed.FleetConfig
}

// flags defines them, with the number of sensors and the period that a command has by default.
func (s *sensors) flags(f *pflag.FlagSet, count int, period time.Duration) {
	f.IntVar(&s.cfg.Count, "count", count, "number of sensors")
	f.StringVar(&s.kinds, "kind", "mix", "temperature, door, meter, some of these with commas between them, or mix for all")
	f.DurationVar(&s.cfg.Period, "period", period, "time between two readings of a sensor")
	f.IntVar(&s.qos, "qos", 1, "QoS of the readings, 0 to 2")
	f.BoolVar(&s.cfg.Sleep, "sleep", false, "sensors sleep between their readings")
	f.Uint64Var(&s.cfg.Seed, "seed", 1, "what all that is random comes from")
	f.StringVar(&s.cfg.Prefix, "prefix", "testbed", "beginning of all topics and client ids")
	f.DurationVar(&s.cfg.RetryInterval, "retry-interval", 3*time.Second, "how long a sensor waits for an answer before it asks again")
	f.IntVar(&s.cfg.Retries, "retries", 3, "how often it asks again, at least once")
}

// A dialer opens a sensor's way to the gateway.
type dialer func(context.Context) (client.Transport, error)

// make makes the sensors.
func (s *sensors) make(dial dialer) (*testbed.Fleet, error) {
	kinds, err := testbed.ParseKinds(s.kinds)
	switch {
	case err != nil:
		return nil, err
	case s.cfg.Count < 1 || s.cfg.Period <= 0 || s.cfg.RetryInterval <= 0 || s.cfg.Retries < 1:
		return nil, errors.New("--count, --period, --retry-interval and --retries must be more than 0")
	case s.qos < 0 || s.qos > 2:
		return nil, errors.New("--qos must be 0, 1 or 2")
	case s.cfg.Prefix == "":
		return nil, errors.New("--prefix must not be empty")
	}
	s.cfg.Kinds, s.cfg.QoS = kinds, mqttsn.QoS(s.qos)
	s.cfg.Dial = dial
	return testbed.NewFleet(s.cfg)
}

// describeReadings tells what became of the readings, and what went wrong.
func describeReadings(s testbed.Stats) string {
	line := fmt.Sprintf("readings: %d sent, %d acknowledged; errors: %d", s.Sent, s.Acknowledged, s.Errors)
	if s.LastError != nil {
		line += fmt.Sprintf(" (the last: %v)", s.LastError)
	}
	return line
}
