package radios

import (
	"context"
	"flag"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"mqttsn-gateway/gateway/ledger"
	"mqttsn-gateway/testbed/xbee"
)

var soakTime = flag.Duration("soak", 40*time.Second, "how long the soak lasts")

const (
	soakNodes   = 50
	soakLoss    = 0.05
	soakUnplugs = 3
	soakResets  = 4 // for each unplugging
)

// A soak is an emulated XBee network under load, from which things are taken away.
type soak struct {
	t       *testing.T
	air     *air
	gateway *gateway
	ledger  *ledger.Ledger
	nodes   []*soakNode
	over    chan struct{} // closed when the load ends
}

// TestSoak runs a sensor network with losses on the air; the modem is reset and pulled out, and nodes join again with
// other addresses. The ledger must show that nothing is lost, doubled or out of order, and no device may notice more
// than a delay.
func TestSoak(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	a := newAir(t, xbee.AirConfig{Seed: seed, Loss: soakLoss, Airtime: true, Search: 300 * time.Millisecond}, xbee.ModemConfig{APIMode: 2})
	s := &soak{t: t, air: a, gateway: startGateway(t, a.link), ledger: ledger.New(), over: make(chan struct{})}
	s.ledger.PayloadSize = 60 // fits into one packet
	s.gateway.log.Until("link is up")

	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	work, ctx := errgroup.WithContext(ctx)
	s.start(ctx, work)
	disruptions := s.disrupt(rand.New(rand.NewPCG(seed, 1)))
	close(s.over)
	s.settle(ctx)
	cancel()
	require.NoError(t, work.Wait())

	v := s.ledger.Verdict()
	t.Logf("ledger: %v", v)
	t.Logf("air: %+v", a.Stats())
	t.Logf("modem: %+v", a.modem.Stats())
	for i, f := range v.Faults {
		if i < 20 {
			t.Error(f)
		}
	}
	require.Empty(t, v.Faults)
	require.Zero(t, v.Open+v.Abandoned+v.Refused)
	require.Greater(t, v.Acknowledged, soakNodes)
	require.Equal(t, disruptions, s.gateway.logged("link is down"), "said once each")
	require.Equal(t, disruptions+1, s.gateway.logged("link is up"), "said once each")
	require.Equal(t, soakNodes, strings.Count(s.log(), `"msg":"device connected"`)-s.wakings(), "no device had to come back")
	require.Zero(t, s.gateway.logged("device lost"))
	require.Zero(t, a.modem.Stats().ZeroIDs)
}

// start connects all nodes, and sets them and the app to work.
func (s *soak) start(ctx context.Context, work *errgroup.Group) {
	hub := newApp(s.t, s.gateway, "up/#")
	s.ledger.Subscribed("hub", "up/#", 2)
	work.Go(func() error {
		for {
			select {
			case p := <-hub.got:
				s.ledger.Arrived("hub", p.Topic, p.Payload)
			case <-ctx.Done():
				return nil
			}
		}
	})
	ready := make(chan error, soakNodes)
	for i := range soakNodes {
		n := newSoakNode(s, i)
		s.nodes = append(s.nodes, n)
		work.Go(func() error { return n.run(ctx, ready) })
	}
	for range soakNodes {
		require.NoError(s.t, <-ready)
	}
	work.Go(func() error { return s.send(ctx, hub) })
}

// send publishes to the nodes, one after the other in a random order.
func (s *soak) send(ctx context.Context, hub *app) error {
	for s.pause(ctx, 100*time.Millisecond) {
		n := s.nodes[rand.IntN(soakNodes)]
		qos := byte(1 + rand.IntN(2))
		payload := s.ledger.Publish("hub", n.down(), qos)
		hub.publish(n.down(), string(payload), qos)
		s.ledger.Acknowledged(payload)
	}
	return nil
}

// disrupt takes the modem away again and again as long as the soak lasts, and returns how often.
func (s *soak) disrupt(rnd *rand.Rand) (n int) {
	gap := *soakTime / (soakUnplugs*(soakResets+1) + 1)
	for range soakUnplugs {
		for range soakResets {
			time.Sleep(gap)
			s.nodes[rnd.IntN(soakNodes)].node.Rejoin(uint16(0x2000 + rnd.IntN(0x1000)))
			s.air.modem.Reset(rnd.IntN(2) == 0)
			s.back()
			n++
		}
		time.Sleep(gap)
		s.air.modem.Unplug()
		time.Sleep(min(gap, 10*time.Second))
		require.NoError(s.t, s.air.modem.Plug())
		s.back()
		n++
	}
	time.Sleep(gap)
	return n
}

// back waits until the gateway has the modem again.
func (s *soak) back() {
	s.gateway.log.Until("link is down")
	s.gateway.log.Until("link is up")
}

// settle waits until everything has arrived, or nothing more comes.
func (s *soak) settle(ctx context.Context) {
	const patience = 30 * time.Second
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for last, since := 0, time.Now(); ; {
		open, owed, arrivals := s.ledger.Progress()
		if arrivals > last {
			last, since = arrivals, time.Now()
		}
		if open+owed == 0 || time.Since(since) > patience {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// pause waits for about d, and reports false if the load ends meanwhile.
func (s *soak) pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d/2 + rand.N(d))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.over:
	case <-ctx.Done():
	}
	return false
}

func (s *soak) log() string { return string(s.gateway.Stderr.Bytes()) }

// wakings is how often sleepers came back by CONNECT, which is logged like any other.
func (s *soak) wakings() (n int) {
	for _, node := range s.nodes {
		n += node.wakings
	}
	return n
}
