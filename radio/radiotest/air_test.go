package radiotest_test

import (
	"testing"
	"testing/synctest"
	"time"

	"mqttsn-gateway/radio"
	"mqttsn-gateway/radio/radiotest"
)

func TestAirPassesTheSuite(t *testing.T) {
	radiotest.Run(t, func(t *testing.T) radiotest.Network {
		a := radiotest.NewAir()
		return radiotest.Network{
			Link: a, Stats: a.Stats,
			NewPeer: func(t *testing.T) radiotest.Endpoint { return a.NewDevice() },
		}
	})
}

func TestAirLivesInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := radiotest.NewAir()
		d := a.NewDevice()
		go func() {
			time.Sleep(time.Hour)
			_ = d.Send([]byte("late"))
		}()
		ps := []radio.Packet{{Data: make([]byte, 8)}}
		if n, err := a.ReadBatch(ps); n != 1 || err != nil || ps[0].Peer != d.Peer() {
			t.Fatalf("ReadBatch: %d, %v, from %s", n, err, a.FormatPeer(ps[0].Peer))
		}
	})
}
