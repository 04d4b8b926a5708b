package ledger

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"mqttsn-gateway/mqtt"
	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/mqttsn/client"
)

// TestDisk takes the disk away from a gateway under load. What needs the disk is refused with congestion, QoS 0 goes on,
// the log says it once, and when the disk is back all goes on by itself; nothing that was promised before is lost, in a
// restart neither.
func TestDisk(t *testing.T) {
	t.Parallel()
	for _, m := range modes {
		t.Run(m.name+"/unwritable", func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, m)
			w.start()
			f := newFleet(t, w, 40)
			f.start()
			without(f, func() (giveBack func()) { return w.limitFiles(0) })
		})
		if m == transparent {
			continue // messages are the broker's to keep: hardly anything is written that takes room
		}
		t.Run(m.name+"/full", func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, m)
			mountSmall(t, w.data)
			w.more = "sessions: {queue: {bytes: 16MiB}}\n" // what the broker keeps meanwhile comes all at once
			w.start()
			f := newFleet(t, w, 40)
			f.ledger.PayloadSize = 3000
			absent := f.hub(0, "absent", mqtt.V5, "up/#", "peer/#", "down/#")
			absent.addr, absent.away = w.mqtt, make(chan struct{})
			f.observers = append(f.observers, absent)
			f.start()
			without(f, func() (giveBack func()) {
				remove := w.fillDisk()
				return func() { remove(); close(absent.away) }
			})
		})
	}
}

// without sees to it that all is as it should be while the disk is away, and afterwards.
func without(f *fleet, takeAway func() (giveBack func())) {
	t := f.t
	v := newVisitor(f)
	v.f.w.trace.note("disk", "is taken away")
	giveBack := takeAway()
	f.w.gateway.StderrLines().Until("records cannot be written") // the load sees to that
	for _, qos := range []mqttsn.QoS{mqttsn.QoS1, mqttsn.QoS2} {
		if f.w.mode == transparent && qos == mqttsn.QoS1 {
			continue // the broker has what is acknowledged: that needs no disk
		}
		_, err := v.publish(qos)
		require.True(t, isCongestion(err), "QoS %v is refused: %v", qos, err)
	}
	require.True(t, isCongestion(v.subscribe("elsewhere")), "a subscription is refused")
	require.True(t, isCongestion(v.connectAnother()), "a new session is refused")
	v.passesQoS0()
	require.Equal(t, 1, f.w.logged("records cannot be written"))

	elapse(*outage)
	v.f.w.trace.note("disk", "is given back")
	giveBack()
	v.publishAgain()
	require.NoError(t, v.subscribe("elsewhere"))
	require.NoError(t, v.connectAnother())
	require.Equal(t, 1, f.w.logged("records cannot be written"), "said once")
	require.Equal(t, 1, f.w.logged("takes records again"))
	f.w.killGateway()
	f.w.startGateway()
	f.require(f.settle())
}

func isCongestion(err error) bool {
	var rejected *client.RejectedError
	return errors.As(err, &rejected) && rejected.Code == mqttsn.Congestion
}

// A visitor is a device that looks how things are.
type visitor struct {
	f      *fleet
	ctx    context.Context
	client *client.Client
}

const visitorID = "visitor"

func newVisitor(f *fleet) *visitor {
	ctx, cancel := context.WithTimeout(context.Background(), *outage+time.Minute)
	f.t.Cleanup(cancel)
	v := &visitor{f: f, ctx: ctx}
	v.client = v.dial(visitorID)
	require.NoError(f.t, v.client.Connect(ctx))
	_, err := v.publish(mqttsn.QoS1)
	require.NoError(f.t, err)
	return v
}

func (v *visitor) dial(id string) *client.Client {
	c, err := client.Dial(v.ctx, v.f.w.udp, client.Config{ClientID: id, RetryInterval: deviceRetry, Retries: deviceRetries, MTU: 4096})
	require.NoError(v.f.t, err)
	v.f.t.Cleanup(func() { c.Close() })
	return c
}

// publishAgain publishes to the observers until it is not refused any more.
func (v *visitor) publishAgain() {
	begun := time.Now()
	for {
		_, err := v.publish(mqttsn.QoS2)
		if err == nil {
			break
		}
		require.True(v.f.t, isCongestion(err), err)
		pause(v.ctx, nil, 100*time.Millisecond)
	}
	v.f.t.Logf("accepted again after %v", time.Since(begun).Round(time.Millisecond))
}

func (v *visitor) publish(qos mqttsn.QoS) (payload []byte, err error) {
	payload = v.f.ledger.Publish(visitorID, "up/visitor", byte(qos))
	err = v.client.Publish(v.ctx, client.Message{Topic: client.Name("up/visitor"), QoS: qos, Payload: payload})
	switch {
	case err == nil:
		v.f.ledger.Acknowledged(payload)
	case isCongestion(err):
		v.f.ledger.Refused(payload)
	default:
		v.f.ledger.Abandoned(payload)
	}
	return payload, err
}

func (v *visitor) subscribe(filter string) error {
	_, err := v.client.Subscribe(v.ctx, client.Name(filter), mqttsn.QoS1, nil)
	return err
}

func (v *visitor) connectAnother() error {
	c := v.dial("another visitor")
	defer c.Close()
	return c.Connect(v.ctx)
}

// passesQoS0 wants one of several QoS 0 messages to arrive at an observer: they may be lost, but hardly all of them.
func (v *visitor) passesQoS0() {
	for v.ctx.Err() == nil {
		payload, err := v.publish(mqttsn.QoS0)
		require.NoError(v.f.t, err)
		pause(v.ctx, nil, 100*time.Millisecond)
		if v.f.ledger.Has("observer-5", payload) {
			return
		}
	}
	v.f.t.Fatal("QoS 0 does not pass")
}

// limitFiles has every write of the gateway to a file fail beyond so many octets.
func (w *world) limitFiles(octets uint64) (giveBack func()) {
	limit := func(l uint64) {
		err := unix.Prlimit(w.gateway.PID(), unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: l, Max: unix.RLIM_INFINITY}, nil)
		require.NoError(w.t, err)
	}
	limit(octets)
	return func() { limit(unix.RLIM_INFINITY) }
}

// diskSize is the size of a small disk in octets: the store's first segments fit, and not many more.
const diskSize = "10m"

// mountSmall mounts a small disk.
func mountSmall(t *testing.T, dir string) {
	require.NoError(t, os.MkdirAll(dir, 0o700))
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size="+diskSize); err != nil {
		t.Skipf("a small disk needs the right to mount: %v", err)
	}
	t.Cleanup(func() { require.NoError(t, unix.Unmount(dir, unix.MNT_DETACH)) })
}

// fillDisk takes what room the gateway's disk has left. The gateway goes on until its store is full, too.
func (w *world) fillDisk() (remove func()) {
	filler := filepath.Join(w.data, "filler")
	file, err := os.Create(filler)
	require.NoError(w.t, err)
	defer file.Close()
	chunk := make([]byte, 64<<10)
	for err == nil {
		_, err = file.Write(chunk)
	}
	require.ErrorIs(w.t, err, unix.ENOSPC)
	return func() { require.NoError(w.t, os.Remove(filler)) }
}

// logged counts the lines of the running gateway's log that say something.
func (w *world) logged(what string) (n int) {
	for line := range strings.Lines(string(w.gateway.Stderr.Bytes())) {
		if strings.Contains(line, what) {
			n++
		}
	}
	return n
}
