package testbed

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/mqttsn/client"
)

// runFleet lets a fleet live for a while; meanwhile is called when the time is over, before it ends.
func runFleet(t *testing.T, cfg FleetConfig, d time.Duration, meanwhile func(*Fleet)) *Fleet {
	f, err := NewFleet(cfg)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		f.Run(ctx)
	}()
	time.Sleep(d)
	synctest.Wait()
	meanwhile(f)
	cancel()
	<-done
	require.Zero(t, f.Stats().Connected)
	return f
}

func TestFleet(t *testing.T) {
	for _, qos := range []mqttsn.QoS{mqttsn.QoS0, mqttsn.QoS1, mqttsn.QoS2} {
		var first map[string][]string
		for range 2 {
			synctest.Test(t, func(t *testing.T) {
				g := newFakeGateway()
				cfg := FleetConfig{Dial: g.dial, Count: 7, QoS: qos, Seed: 3, Prefix: "site"}
				runFleet(t, cfg, time.Minute-time.Millisecond, func(f *Fleet) {
					acknowledged := uint64(0)
					if qos > mqttsn.QoS0 {
						acknowledged = 7 * 12
					}
					// The first reading comes in the first period, so there are 12 in 60 s, or 11 and one to come.
					s := f.Stats()
					require.InDelta(t, 7*12, s.Sent, 7)
					require.Equal(t, min(acknowledged, s.Sent), s.Acknowledged)
					require.Equal(t, Stats{Connected: 7, Connects: 7, Sent: s.Sent, Acknowledged: s.Acknowledged}, s)
				})
				require.Len(t, g.readings, 7)
				require.Regexp(t, `^site/temperature/1 \d\d\.\d$`, g.readings["site-1"][0])
				require.Regexp(t, `^site/door/2 (open|closed)$`, g.readings["site-2"][0])
				require.Regexp(t, `^site/meter/6 \d+\.\d{4}$`, g.readings["site-6"][0])
				require.Regexp(t, `^site/temperature/7 `, g.readings["site-7"][0])
				for id, packets := range g.packets {
					require.Equal(t, "DISCONNECT", packets[len(packets)-1], id)
				}
				if first == nil {
					first = g.readings
				}
				require.Equal(t, first, g.readings, "the seed was the same")
			})
		}
	}
}

func TestFleetSleeps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newFakeGateway()
		cfg := FleetConfig{Dial: g.dial, Count: 1, Kinds: []Kind{Door}, QoS: mqttsn.QoS1, Sleep: true, Period: time.Hour}
		runFleet(t, cfg, 3*time.Hour, func(f *Fleet) {
			require.Equal(t, Stats{Connected: 1, Connects: 1, Sent: 3, Acknowledged: 3}, f.Stats())
		})
		require.Equal(t, []string{
			"CONNECT", "REGISTER", "PUBLISH", "DISCONNECT",
			"CONNECT", "PUBLISH", "DISCONNECT",
			"CONNECT", "PUBLISH", "DISCONNECT",
			"DISCONNECT",
		}, g.packets["testbed-1"])
	})
}

// What goes wrong is counted, and the sensors try again.
func TestFleetErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newFakeGateway()
		cfg := FleetConfig{Dial: g.dial, Count: 1, QoS: mqttsn.QoS1, Period: 10 * time.Second}
		f := runFleet(t, cfg, 15*time.Second, func(f *Fleet) {
			before := f.Stats()
			require.Zero(t, before.Errors)

			g.set(func() { g.forget = true })
			time.Sleep(20 * time.Second)
			s := f.Stats()
			require.Equal(t, uint64(1), s.Errors)
			require.ErrorIs(t, s.LastError, client.ErrDisconnected)
			require.Equal(t, uint64(2), s.Connects)
			require.Equal(t, 1, s.Connected)

			g.set(func() { g.refuse = true })
			time.Sleep(20 * time.Second)
			rejected := (*client.RejectedError)(nil)
			require.ErrorAs(t, f.Stats().LastError, &rejected)
			require.Equal(t, 1, f.Stats().Connected, "a message was refused, not the session")
		})
		require.Equal(t, f.Stats().Sent, f.Stats().Acknowledged+f.Stats().Errors)
	})
}

// A gateway that refuses sensors is asked again, less and less often.
func TestFleetIsPatient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newFakeGateway()
		g.refuse = true
		cfg := FleetConfig{Dial: g.dial, Count: 1, Period: time.Second}
		runFleet(t, cfg, time.Hour, func(f *Fleet) {
			s := f.Stats()
			require.Zero(t, s.Connected)
			require.Zero(t, s.Sent)
			require.InDelta(t, 3600/45, s.Errors, 25)

			g.set(func() { g.refuse = false })
			time.Sleep(2 * time.Minute)
			s = f.Stats()
			require.Equal(t, 1, s.Connected)
			require.InDelta(t, 100, s.Sent, 40, "old readings are not made up for")
		})
	})
}

func TestFleetCannotDial(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("no more sockets")
		cfg := FleetConfig{Dial: func(context.Context) (client.Transport, error) { return nil, broken }, Count: 3}
		runFleet(t, cfg, time.Minute, func(f *Fleet) {
			require.Equal(t, Stats{Errors: 3, LastError: broken}, f.Stats())
		})
	})
}

func TestNewFleet(t *testing.T) {
	dial := DialUDP("127.0.0.1:1884")
	f, err := NewFleet(FleetConfig{Dial: dial})
	require.NoError(t, err)
	require.Len(t, f.devices, 10)
	for _, bad := range []FleetConfig{
		{}, {Dial: dial, Count: -1}, {Dial: dial, Period: -1}, {Dial: dial, QoS: 3}, {Dial: dial, QoS: mqttsn.QoSMinus1},
	} {
		_, err := NewFleet(bad)
		require.Error(t, err)
	}
}
