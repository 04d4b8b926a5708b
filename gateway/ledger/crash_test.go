package ledger

import (
	"flag"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqttsn"
)

var kills = flag.Int("kills", 5, "how often the gateway is killed, and in another test stopped, in each mode")

// TestCrash kills the gateway at random moments under load, and starts it again on the same ports and directory.
func TestCrash(t *testing.T) {
	t.Parallel()
	for _, m := range modes {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			restarts(t, m, func(w *world) { w.killGateway() })
		})
	}
}

// TestStop does the same with SIGTERM: what is under way is finished before the gateway ends, in time, and nobody is told
// anything.
func TestStop(t *testing.T) {
	t.Parallel()
	for _, m := range modes {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			var slowest time.Duration
			restarts(t, m, func(w *world) { slowest = max(slowest, w.stopGateway()) })
			t.Logf("stopped within %v at most", slowest.Round(time.Millisecond))
			require.Less(t, slowest, stopTime)
		})
	}
}

// stopTime is how long the gateway may take to stop: the five seconds that it gives itself, and some more of a busy
// machine's.
const stopTime = 8 * time.Second

// TestStopInTime stops a gateway that has something for a broker which does not answer: it waits for a while, and ends. A
// second signal ends it at once.
func TestStopInTime(t *testing.T) {
	t.Parallel()
	for _, m := range []mode{transparent, aggregating} {
		for name, c := range map[string]struct {
			signals      int
			exit         int
			least, under time.Duration
		}{
			"one signal":  {1, 0, time.Second, stopTime},
			"two signals": {2, 128 + int(syscall.SIGTERM), 0, time.Second},
		} {
			t.Run(m.name+"/"+name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, m)
				w.start()
				device := newRawDevice(t, w.udp)
				device.say(&mqttsn.Connect{ProtocolID: mqttsn.ProtocolID, Duration: 60, ClientID: []byte("th1")})
				device.hear(mqttsn.TypeConnack)
				w.gateway.StderrLines().Until("connected to the upstream broker")
				w.broker.Signal(syscall.SIGSTOP)
				topic, _ := mqttsn.ShortTopic("ab")
				device.say(&mqttsn.Publish{
					Flags: mqttsn.QoS1.Flags() | mqttsn.ShortName.Flags(), TopicID: topic, MsgID: 1,
				})
				device.say(&mqttsn.Pingreq{})
				device.hear(mqttsn.TypePingresp) // so PUBLISH has been served

				begun := time.Now()
				log := w.gateway.StderrLines()
				for range c.signals {
					w.gateway.Signal(syscall.SIGTERM)
					log.Until("stopping")
				}
				select {
				case <-w.gateway.Exited:
				case <-time.After(stopTime):
				}
				took := time.Since(begun)
				require.Equal(t, c.exit, w.gateway.WaitExit())
				t.Logf("stopped within %v", took.Round(time.Millisecond))
				require.GreaterOrEqual(t, took, c.least)
				require.Less(t, took, c.under)
			})
		}
	}
}

// restarts puts a gateway under load, ends it again and again, and wants the books to be right.
func restarts(t *testing.T, m mode, end func(w *world)) {
	w := newWorld(t, m)
	w.start()
	f := newFleet(t, w, *deviceCount)
	f.start()
	var slowest time.Duration
	for range *kills {
		elapse(randomly(3 * time.Second)) // the random moment
		end(w)
		elapse(rand.N(500 * time.Millisecond)) // power comes back when it likes
		slowest = max(slowest, w.startGateway())
	}
	v := f.settle()
	t.Logf("ended %d times, served again within %v at most", *kills, slowest.Round(time.Millisecond))
	f.require(v)
}

// elapse lets time pass for everyone else. It waits for nothing: what happens next happens at a moment of its own.
func elapse(d time.Duration) { time.Sleep(d) }

// require wants a verdict without faults.
func (f *fleet) require(v Verdict) {
	f.t.Helper()
	f.t.Log(v)
	if len(v.Faults) > 0 {
		f.w.trace.show(f.t, v.Faults)
	}
	const most = 20
	for _, fault := range v.Faults[:min(most, len(v.Faults))] {
		f.t.Error(fault)
	}
	require.Zero(f.t, v.Open, "publications whose publishers were never answered")
	require.Greater(f.t, v.Acknowledged, 3*len(f.devices), "there was hardly any load")
}
