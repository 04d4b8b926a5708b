package ledger

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqtt"
)

var (
	clientCount = flag.Int("clients", 1000, "ordinary clients of the test of the built-in broker, and as many devices")
	soakTime    = flag.Duration("soak", 12*time.Second, "how long that test loads the broker")
)

// TestBroker has very many ordinary clients share the built-in broker with as many devices, half of which sleep. Each
// client hears a device of its own and another client, and speaks to both, with half of its messages at QoS 1; what devices
// publish is mostly QoS 1 and 2. Nothing is lost, all is in order, and the gateway's memory stays what it is.
func TestBroker(t *testing.T) {
	t.Parallel()
	const pace = 2 * time.Second // between two messages of one party
	w := newWorld(t, builtin)
	w.start()
	n := *clientCount
	f := newFleet(t, w, n)
	f.keepAlive, f.sleepFor = time.Minute, 30*time.Second // so many share the processors with everything else
	f.pace, f.publishers, f.observers = pace, nil, nil
	client := func(i int) string { return fmt.Sprintf("client-%d", i%n) }
	for i, d := range f.devices {
		version := []mqtt.Version{mqtt.V5, mqtt.V311}[i%2]
		f.observers = append(f.observers, f.hub(i, client(i), version, "up/"+d.id, "will/"+d.id, "chat/"+client(i)))
	}
	f.start()
	for i, h := range f.observers {
		f.work.Go(func() error { return f.chat(h, "down/"+f.devices[i].id, "chat/"+client(i+1), pace) })
	}

	memory := w.watchMemory(*soakTime)
	v := f.settle()
	t.Logf("%d clients and %d devices for %v: %d messages a second; memory in MiB, ten times: %d",
		n, n, *soakTime, int(float64(v.Published)/soakTime.Seconds()), memory)
	half, whole := slices.Max(memory[2:6]), slices.Max(memory[6:]) // before, it may grow
	require.LessOrEqual(t, whole, half+half/10+4, "memory grows")
	f.require(v)
}

// watchMemory notes ten times, over a while, how many MiB the gateway has.
func (w *world) watchMemory(d time.Duration) (memory []uint64) {
	for range 10 {
		elapse(d / 10)
		octets, err := w.gateway.ResidentMemory()
		require.NoError(w.t, err)
		memory = append(memory, octets>>20)
	}
	return memory
}

// chat publishes to one topic and the other in turn, with QoS 1 and 0 on each, until the load is over.
func (f *fleet) chat(h *hub, to, other string, pace time.Duration) error {
	ctx := context.Background() // hubs look after themselves
	for n := 0; pause(ctx, f.loadOver, pace); n++ {
		topic := to
		if n%2 == 1 {
			topic = other
		}
		h.publish(ctx, topic, byte(n/2%2))
	}
	return nil
}
