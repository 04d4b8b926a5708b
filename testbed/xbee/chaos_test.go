package xbee_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/radio"
	link "mqttsn-gateway/radio/xbee"
	"mqttsn-gateway/testbed/xbee"
)

// After everything that can happen to a modem, with traffic all the while, every node can be reached again: nothing is
// stuck.
func TestSurvivesEverything(t *testing.T) {
	skipIfShort(t)
	t.Parallel()
	const seed = 1
	g := newGateway(t, xbee.AirConfig{Seed: seed, Loss: 0.05, Airtime: true, Search: 300 * time.Millisecond},
		xbee.ModemConfig{APIMode: 2, Noise: 0.0005}, link.Config{StatusTimeout: time.Second})
	g.up(t)
	var nodes []*xbee.Node
	for range 50 {
		nodes = append(nodes, g.air.NewNode(xbee.NodeConfig{}))
	}
	stop := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		g.babble(nodes, stop)
	}()

	random := rand.New(rand.NewPCG(seed, 0))
	actions := []func(){
		func() { g.modem.Reset(false) },
		func() { g.modem.Reset(true) },
		func() { g.modem.Unplug(); require.NoError(t, g.modem.Plug()) },
		func() { g.modem.Leave(); g.modem.Join() },
		func() { nodes[random.IntN(50)].Rejoin(uint16(random.IntN(0xFFF0))) },
		func() { nodes[random.IntN(50)].Switch(false) },
		func() { g.modem.Event(byte(random.Uint32())) },
	}
	for range 40 {
		actions[random.IntN(len(actions))]()
		time.Sleep(time.Duration(random.IntN(400)) * time.Millisecond) // chaos has its own pace
	}
	close(stop)
	<-done
	g.air.SetLoss(0)
	for i, n := range nodes {
		n.Switch(true)
		text := fmt.Sprintf("still there, %d?", i)
		late := time.Now().Add(patience)
		for !g.reaches(n, text) {
			require.True(t, time.Now().Before(late), "node %d is lost; %+v", i, g.Status())
		}
	}
}

// babble sends to all nodes and lets them send, until stop.
func (g *gateway) babble(nodes []*xbee.Node, stop <-chan struct{}) {
	ps := make([]radio.Packet, 0, len(nodes))
	for _, n := range nodes {
		ps = append(ps, radio.Packet{Peer: peerOf(n), Data: []byte("babble")})
	}
	pace := time.NewTicker(100 * time.Millisecond)
	defer pace.Stop()
	for {
		select {
		case <-stop:
			return
		case <-pace.C:
			g.WriteBatch(ps)
			g.Broadcast([]byte("babble to all"), 0)
			for _, n := range nodes[:5] {
				n.Write([]byte("babble"))
			}
		}
	}
}

// reaches sends to a node, and tells whether it has heard that within a second.
func (g *gateway) reaches(n *xbee.Node, text string) bool {
	g.WriteBatch([]radio.Packet{{Peer: peerOf(n), Data: []byte(text)}})
	n.SetReadDeadline(time.Now().Add(time.Second))
	b := make([]byte, 100)
	for {
		k, err := n.Read(b)
		if err != nil {
			return false
		}
		if string(b[:k]) == text {
			return true
		}
	}
}
