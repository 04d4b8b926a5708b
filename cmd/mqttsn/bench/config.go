package bench

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"mqttsn-gateway/mqttsn"
)

// A Scenario is what the devices do.
type Scenario string

const (
	Connect Scenario = "connect" // all connect at once
	Up      Scenario = "up"      // devices publish, an ordinary client is subscribed
	Down    Scenario = "down"    // an ordinary client publishes, each device is subscribed
	Wake    Scenario = "wake"    // all sleep, messages are kept for them, all wake at once
	Idle    Scenario = "idle"    // all are connected, and say no more than their keep-alive asks for
	Asleep  Scenario = "asleep"  // all are subscribed, and sleep
	Clients Scenario = "clients" // ordinary clients publish to each other through a broker; no device takes part
)

// Scenarios are all there are.
var Scenarios = []Scenario{Connect, Up, Down, Wake, Idle, Asleep, Clients}

// Config says what to do. [Default] has values to begin with; a zero is a zero.
type Config struct {
	Scenario Scenario

	Gateway netip.AddrPort // UDP; not used by Clients
	Broker  string         // where the ordinary client goes: mqtt://host:port
	PID     int            // process to measure; 0: none

	Devices int           // 1 to 1,000,000
	QoS     mqttsn.QoS    // of publications, 0 to 2
	Count   int           // messages in all, 1 to 10,000,000; for Wake, messages kept for each device, 0 to 1,000
	Size    int           // octets of a payload, 16 to 1,000
	Rate    float64       // messages a second; 0: as fast as they arrive, Window of them under way
	Window  int           // 1 to 65,535
	Time    time.Duration // after which it ends, whatever was reached; Idle and Asleep are watched so long

	KeepAlive time.Duration // of devices, whole seconds
	Retry     time.Duration // T_retry: when a question is asked again
	Retries   int           // N_retry: how often
	Beside    int           // further devices that publish with QoS 1, ten times a second each, during Connect and Wake
	Prefix    string        // of client ids and topics
	Stay      bool          // leave the sessions in the gateway at the end

	// Progress is called a few times a second with what has been done. Nil: nobody looks.
	Progress func(Progress)
}

// Progress is how far a run has come.
type Progress struct {
	What       string // in a word or two
	Done, Goal int
}

// Default is a load that any gateway on the same machine can bear.
func Default() Config {
	return Config{
		Scenario: Up,
		Broker:   "mqtt://localhost:1883",
		Devices:  1000, QoS: mqttsn.QoS0, Count: 100_000, Size: 32, Window: 200, Time: time.Minute,
		KeepAlive: 5 * time.Minute, Retry: 3 * time.Second, Retries: 3,
		Prefix: "bench",
	}
}

// Check finds all that is wrong with the numbers.
func (c *Config) Check() error {
	within := func(what string, n, low, high int) error {
		if n < low || n > high {
			return fmt.Errorf("%s must be %d to %d", what, low, high)
		}
		return nil
	}
	counts := within("messages", c.Count, 1, 10_000_000)
	if c.Scenario == Wake {
		counts = within("messages for each device", c.Count, 0, 1000)
	}
	return errors.Join(
		within("devices", c.Devices, 1, 1_000_000),
		within("QoS", int(c.QoS), 0, 2),
		counts,
		within("octets of a payload", c.Size, payloadHead, 1000),
		within("window", c.Window, 1, 65535),
		within("retries", c.Retries, 0, 100),
		within("devices beside", c.Beside, 0, 1000),
		within("seconds of keep-alive", int(c.KeepAlive/time.Second), 1, 65535),
		within("octets of the prefix", len(c.Prefix), 1, 16),
		positive("time", c.Time), positive("retry interval", c.Retry),
		c.checkRate(),
	)
}

func (c *Config) checkRate() error {
	if c.Rate < 0 || c.Rate > 10_000_000 {
		return errors.New("rate must be 0 to 10,000,000")
	}
	return nil
}

func positive(what string, d time.Duration) error {
	if d <= 0 {
		return fmt.Errorf("%s must be more than 0", what)
	}
	return nil
}
