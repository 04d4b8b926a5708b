package xbee_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/radio"
	"mqttsn-gateway/radio/port"
	link "mqttsn-gateway/radio/xbee"
	"mqttsn-gateway/radio/xbee/frame"
	"mqttsn-gateway/testbed/xbee"
)

// wantEvent waits for the next event. Datagrams that were lost with a modem are no surprise.
func (g *gateway) wantEvent(t *testing.T, kind radio.EventKind) radio.Event {
	t.Helper()
	late := time.After(patience)
	for {
		g.mu.Lock()
		if len(g.events) > 0 {
			e := g.events[0]
			g.events = g.events[1:]
			g.mu.Unlock()
			if e.Kind == radio.SendFailed && kind != radio.SendFailed {
				continue
			}
			require.Equal(t, kind, e.Kind, "%+v", e)
			return e
		}
		g.mu.Unlock()
		select {
		case <-g.news:
		case <-late:
			t.Fatalf("no event %d; the link says: %v", kind, g.Status().Problem)
		}
	}
}

func peerOf(n *xbee.Node) radio.Peer { return link.Peer64(frame.Addr64(n.Address())) }

func (g *gateway) write(t *testing.T, n *xbee.Node, text string) {
	t.Helper()
	_, err := g.WriteBatch([]radio.Packet{{Peer: peerOf(n), Data: []byte(text)}})
	require.NoError(t, err)
}

func wantDatagram(t *testing.T, n *xbee.Node, want string) {
	t.Helper()
	b := make([]byte, 300)
	require.NoError(t, n.SetReadDeadline(time.Now().Add(patience)))
	k, err := n.Read(b)
	require.NoError(t, err, "waiting for %q", want)
	require.Equal(t, want, string(b[:k]))
}

func (g *gateway) read(t *testing.T) radio.Packet {
	t.Helper()
	stop := time.AfterFunc(patience, func() { g.Link.Close() })
	defer stop.Stop()
	ps := []radio.Packet{{Data: make([]byte, 300)}}
	_, err := g.ReadBatch(ps)
	require.NoError(t, err)
	return ps[0]
}

// echo checks that datagrams pass both ways.
func (g *gateway) echo(t *testing.T, n *xbee.Node, text string) {
	t.Helper()
	_, err := n.Write([]byte(text))
	require.NoError(t, err)
	require.Equal(t, text, string(g.read(t).Data))
	g.write(t, n, text)
	wantDatagram(t, n, text)
}

func TestUnplugged(t *testing.T) {
	skipIfShort(t)
	t.Parallel()
	for _, family := range []xbee.Family{xbee.Zigbee, xbee.Series1} {
		g := newGateway(t, xbee.AirConfig{}, xbee.ModemConfig{Family: family, APIMode: 2}, link.Config{})
		g.wantEvent(t, radio.LinkUp)
		n := g.air.NewNode(xbee.NodeConfig{})
		for i := range 3 {
			g.echo(t, n, fmt.Sprintf("before %d", i))
			g.modem.Unplug()
			require.ErrorContains(t, g.wantEvent(t, radio.LinkDown).Err, "the serial port has failed")
			_, err := os.Lstat(g.modem.Port())
			require.ErrorIs(t, err, os.ErrNotExist)
			require.NoError(t, g.modem.Plug())
			g.wantEvent(t, radio.LinkUp)
			g.echo(t, n, fmt.Sprintf("after %d", i))
		}
	}
}

func TestReset(t *testing.T) {
	t.Parallel()
	g := newGateway(t, xbee.AirConfig{}, xbee.ModemConfig{}, link.Config{})
	g.wantEvent(t, radio.LinkUp)
	n := g.air.NewNode(xbee.NodeConfig{})
	for _, watchdog := range []bool{false, true} {
		g.echo(t, n, "before")
		g.modem.Reset(watchdog)
		require.ErrorContains(t, g.wantEvent(t, radio.LinkDown).Err, "the modem was reset")
		g.wantEvent(t, radio.LinkUp)
		g.echo(t, n, "after")
	}
	require.EqualValues(t, 1, g.Status().Serial.Opened)
}

func TestLeavesTheNetworkAndJoinsAgain(t *testing.T) {
	t.Parallel()
	g := newGateway(t, xbee.AirConfig{}, xbee.ModemConfig{}, link.Config{})
	g.wantEvent(t, radio.LinkUp)
	n := g.air.NewNode(xbee.NodeConfig{})
	g.echo(t, n, "before")
	g.modem.Leave()
	require.ErrorIs(t, g.wantEvent(t, radio.LinkDown).Err, link.ErrNotJoined)
	g.modem.Join()
	g.wantEvent(t, radio.LinkUp)
	g.echo(t, n, "after")
}

func TestSaysWhatIsWrong(t *testing.T) {
	skipIfShort(t)
	t.Parallel()
	for _, c := range []struct {
		name  string
		modem xbee.ModemConfig
		baud  int // of the host
		leave bool
		want  error
	}{
		{"transparent mode", xbee.ModemConfig{APIMode: -1}, 0, false, link.ErrTransparent},
		{"wrong baud rate", xbee.ModemConfig{Baud: 57600}, 9600, false, link.ErrGarbage},
		{"not joined", xbee.ModemConfig{}, 0, true, link.ErrNotJoined},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := t.TempDir() + "/tty"
			c.modem.Path = path
			var config link.Config
			if c.baud != 0 {
				config.Open = port.Config{Name: path, Baud: c.baud}.Opener()
			}
			g := newGateway(t, xbee.AirConfig{}, c.modem, config)
			if c.leave {
				g.modem.Leave()
			}
			if c.want == link.ErrGarbage { // a modem is silent if nobody talks to it
				n := g.air.NewNode(xbee.NodeConfig{})
				for range 3 {
					_, err := n.Write([]byte("hello hello hello"))
					require.NoError(t, err)
				}
			}
			require.ErrorIs(t, g.wantEvent(t, radio.LinkDown).Err, c.want)
		})
	}
}

func TestRejoinedNodeIsTheSame(t *testing.T) {
	t.Parallel()
	g := newGateway(t, xbee.AirConfig{Search: 100 * time.Millisecond}, xbee.ModemConfig{}, link.Config{})
	g.wantEvent(t, radio.LinkUp)
	n := g.air.NewNode(xbee.NodeConfig{})
	g.echo(t, n, "before")
	n.Rejoin(0x4242)
	g.write(t, n, "to the old address")
	require.Equal(t, peerOf(n), g.wantEvent(t, radio.SendFailed).Peer)
	g.write(t, n, "to the new one")
	wantDatagram(t, n, "to the new one")
	_, err := n.Write([]byte("me again"))
	require.NoError(t, err)
	require.Equal(t, peerOf(n), g.read(t).Peer)
	require.EqualValues(t, 0x4242, g.Nodes()[0].Address16)
}

// A node that is gone costs five seconds of search, and nobody else notices.
func TestDeadNodesDoNotHoldUpOthers(t *testing.T) {
	t.Parallel()
	g := newGateway(t, xbee.AirConfig{Search: 3 * time.Second}, xbee.ModemConfig{}, link.Config{})
	g.wantEvent(t, radio.LinkUp)
	n := g.air.NewNode(xbee.NodeConfig{})
	g.echo(t, n, "hello")
	for range 5 {
		dead := g.air.NewNode(xbee.NodeConfig{})
		dead.Switch(false)
		g.write(t, dead, "to nobody")
	}
	began := time.Now()
	for i := range 20 {
		g.write(t, n, fmt.Sprintf("message %d", i))
	}
	for i := range 20 {
		wantDatagram(t, n, fmt.Sprintf("message %d", i))
	}
	require.Less(t, time.Since(began), 2*time.Second)
	for range 5 {
		var d *link.DeliveryError
		require.ErrorAs(t, g.wantEvent(t, radio.SendFailed).Err, &d)
		require.Equal(t, frame.AddressNotFound, d.Delivery)
	}
}

// Every datagram of a noisy line that arrives is whole, and they arrive in order; the link lives on.
func TestNoisyLine(t *testing.T) {
	skipIfShort(t)
	t.Parallel()
	for _, mode := range []int{1, 2} {
		t.Run(fmt.Sprintf("AP=%d", mode), func(t *testing.T) {
			t.Parallel()
			g := newGateway(t, xbee.AirConfig{Seed: 1}, xbee.ModemConfig{APIMode: mode, Noise: 0.002},
				link.Config{StatusTimeout: 300 * time.Millisecond})
			g.up(t)
			n := g.air.NewNode(xbee.NodeConfig{})
			const count = 100
			for i := range count {
				require.NoError(t, g.retry(t, func() error {
					_, err := g.WriteBatch([]radio.Packet{{Peer: peerOf(n), Data: fmt.Appendf(nil, "down %03d", i)}})
					return err
				}))
				_, err := n.Write(fmt.Appendf(nil, "up %03d", i))
				require.NoError(t, err)
			}
			up := 0
			for last := -1; last < count-10; up++ {
				last = inOrder(t, "up", g.read(t).Data, last)
			}
			down := 0
			for last := -1; last < count-10; down++ {
				b := make([]byte, 100)
				require.NoError(t, n.SetReadDeadline(time.Now().Add(patience)))
				k, err := n.Read(b)
				require.NoError(t, err)
				last = inOrder(t, "down", b[:k], last)
			}
			t.Logf("of 100: %d up, %d down", up, down)
			require.Greater(t, up, 60)
			require.Greater(t, down, 60)
			require.NotZero(t, g.Status().Serial.Garbage)
		})
	}
}

// retry repeats f while the link is down: noise can look like a modem status.
func (g *gateway) retry(t *testing.T, f func() error) (err error) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for err = f(); err != nil && ctx.Err() == nil; err = f() {
		if err := g.WaitUp(ctx); err != nil {
			return err
		}
	}
	return err
}

func inOrder(t *testing.T, direction string, data []byte, last int) int {
	t.Helper()
	var i int
	_, err := fmt.Sscanf(string(data), direction+" %d", &i)
	require.NoError(t, err, "%q", data)
	require.Greater(t, i, last)
	return i
}

func TestFrameIDsAreNeverZero(t *testing.T) {
	t.Parallel()
	g := newGateway(t, xbee.AirConfig{}, xbee.ModemConfig{Unpaced: true}, link.Config{})
	g.up(t)
	n := g.air.NewNode(xbee.NodeConfig{})
	for i := range 700 {
		text := fmt.Sprint(i)
		g.write(t, n, text)
		wantDatagram(t, n, text)
	}
	require.Zero(t, g.modem.Stats().ZeroIDs)
}

func TestSignalStrength(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		family xbee.Family
		node   xbee.NodeConfig
		peer   string
	}{
		{xbee.Zigbee, xbee.NodeConfig{RSSI: 61, Address: 0x0013A20041000007}, "xbee:0013A20041000007"},
		{xbee.IEEE802154, xbee.NodeConfig{RSSI: 62, Short: 0x0007, ShortOnly: true}, "xbee16:3332:0007"},
		{xbee.Series1, xbee.NodeConfig{RSSI: 63, Address: 0x0013A20041000007}, "xbee:0013A20041000007"},
	} {
		g := newGateway(t, xbee.AirConfig{}, xbee.ModemConfig{Family: c.family}, link.Config{})
		g.up(t)
		n := g.air.NewNode(c.node)
		say := func() radio.Packet {
			_, err := n.Write([]byte("hello"))
			require.NoError(t, err)
			return g.read(t)
		}
		require.Equal(t, c.peer, g.FormatPeer(say().Peer))
		want := -int8(c.node.RSSI)
		require.Eventually(t, func() bool { return g.Nodes()[0].RSSI == want }, patience, time.Millisecond)
		require.Equal(t, want, say().RSSI)
	}
}

// What a lossy air loses is told, what it delivers is in order, and nothing is delivered twice.
func TestLossyAir(t *testing.T) {
	t.Parallel()
	g := newGateway(t, xbee.AirConfig{Seed: 7, Loss: 0.4, Retries: 2}, xbee.ModemConfig{Unpaced: true}, link.Config{})
	g.wantEvent(t, radio.LinkUp)
	const count = 200
	n := g.air.NewNode(xbee.NodeConfig{})
	for i := range count {
		g.write(t, n, string(binary.BigEndian.AppendUint16(nil, uint16(i))))
	}
	require.Eventually(t, func() bool {
		ns := g.Nodes()
		return len(ns) == 1 && ns[0].Delivered+ns[0].Failed == count
	}, patience, 10*time.Millisecond)
	of := g.Nodes()[0]
	t.Logf("%d delivered, %d failed, %d repetitions", of.Delivered, of.Failed, of.Retries)
	require.NotZero(t, of.Failed)
	require.NotZero(t, of.Retries)
	for range of.Failed {
		require.Equal(t, peerOf(n), g.wantEvent(t, radio.SendFailed).Peer)
	}
	last := -1
	for range of.Delivered {
		b := make([]byte, 2)
		n.SetReadDeadline(time.Now().Add(patience))
		_, err := n.Read(b)
		require.NoError(t, err)
		i := int(binary.BigEndian.Uint16(b))
		require.Greater(t, i, last)
		last = i
	}
}

// The first generation has 202 octets of buffer and no other way to say so: the link does not overrun it.
func TestFirstGenerationIsNotOverrun(t *testing.T) {
	t.Parallel()
	g := newGateway(t, xbee.AirConfig{Airtime: true}, xbee.ModemConfig{Family: xbee.Series1}, link.Config{})
	g.up(t)
	var nodes []*xbee.Node
	for range 8 {
		nodes = append(nodes, g.air.NewNode(xbee.NodeConfig{}))
	}
	text := string(make([]byte, 90))
	for _, n := range nodes {
		for range 5 {
			g.write(t, n, text)
		}
	}
	for _, n := range nodes {
		for range 5 {
			wantDatagram(t, n, text)
		}
	}
	require.Zero(t, g.modem.Stats().Overrun)
}
