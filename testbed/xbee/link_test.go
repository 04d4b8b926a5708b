package xbee_test

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqttsn/client"
	"mqttsn-gateway/radio"
	"mqttsn-gateway/radio/port"
	"mqttsn-gateway/radio/radiotest"
	link "mqttsn-gateway/radio/xbee"
	"mqttsn-gateway/testbed/xbee"
)

// A client library can be put onto a node.
var _ client.Transport = (*xbee.Node)(nil)

// patience is how long a test waits for something that must happen.
const patience = 15 * time.Second

// skipIfShort leaves out tests that take long, because what they test takes long.
func skipIfShort(t *testing.T) {
	if testing.Short() {
		t.Skip("takes several seconds")
	}
}

// A gateway is a link at an emulated modem, and what it has reported.
type gateway struct {
	*link.Link
	air   *xbee.Air
	modem *xbee.Modem

	mu     sync.Mutex
	events []radio.Event
	news   chan struct{}
}

// newGateway opens a link at a new modem, and closes everything at the end of the test. It does not wait for the link.
func newGateway(t *testing.T, a xbee.AirConfig, m xbee.ModemConfig, c link.Config) *gateway {
	t.Helper()
	g := &gateway{air: xbee.NewAir(a), news: make(chan struct{}, 1)}
	t.Cleanup(g.air.Close)
	if m.Path == "" {
		m.Path = filepath.Join(t.TempDir(), "ttyXBEE")
	}
	if m.Baud == 0 {
		m.Baud = 115200
	}
	var err error
	g.modem, err = g.air.NewModem(m)
	require.NoError(t, err)
	if c.Open == nil {
		c.Open = port.Config{Name: m.Path, Baud: m.Baud}.Opener()
	}
	c.Baud = m.Baud
	c.OnEvent = g.report
	g.Link, err = link.Open(c)
	require.NoError(t, err)
	t.Cleanup(func() { g.Link.Close() })
	return g
}

func (g *gateway) report(e radio.Event) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.events = append(g.events, e)
	select {
	case g.news <- struct{}{}:
	default:
	}
}

// up waits for the link.
func (g *gateway) up(t *testing.T) *gateway {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	require.NoError(t, g.WaitUp(ctx))
	return g
}

// An endpoint is a node as the suite sees it.
type endpoint struct{ *xbee.Node }

func (e endpoint) Send(b []byte) error {
	_, err := e.Write(b)
	return err
}

func (e endpoint) Receive(deadline time.Time) ([]byte, error) {
	b := make([]byte, 512)
	e.SetReadDeadline(deadline)
	n, err := e.Read(b)
	return b[:n], err
}

func TestLinkPassesTheSuite(t *testing.T) {
	for i, c := range []struct {
		name  string
		modem xbee.ModemConfig
		link  link.Config
		node  xbee.NodeConfig
	}{
		{"Zigbee, AP=1", xbee.ModemConfig{APIMode: 1}, link.Config{}, xbee.NodeConfig{}},
		{"Zigbee, AP=2, explicit", xbee.ModemConfig{APIMode: 2, Set: map[string][]byte{"AO": {1}}},
			link.Config{Explicit: true}, xbee.NodeConfig{}},
		{"DigiMesh", xbee.ModemConfig{Family: xbee.DigiMesh}, link.Config{}, xbee.NodeConfig{}},
		{"802.15.4, AO=2", xbee.ModemConfig{Family: xbee.IEEE802154, APIMode: 2}, link.Config{}, xbee.NodeConfig{}},
		{"802.15.4, AO=0, 16-bit", xbee.ModemConfig{Family: xbee.IEEE802154, Set: map[string][]byte{"AO": {0}}},
			link.Config{}, xbee.NodeConfig{ShortOnly: true}},
		{"802.15.4 S1, 16-bit", xbee.ModemConfig{Family: xbee.Series1, APIMode: 2}, link.Config{}, xbee.NodeConfig{ShortOnly: true}},
		{"802.15.4 S1, 64-bit", xbee.ModemConfig{Family: xbee.Series1}, link.Config{}, xbee.NodeConfig{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if i > 0 {
				skipIfShort(t)
			}
			radiotest.Run(t, func(t *testing.T) radiotest.Network {
				c.modem.Unpaced, c.link.BroadcastInterval = true, 20*time.Millisecond
				g := newGateway(t, xbee.AirConfig{}, c.modem, c.link).up(t)
				return radiotest.Network{
					Link:  g.Link,
					Stats: g.Stats,
					NewPeer: func(t *testing.T) radiotest.Endpoint {
						n := g.air.NewNode(c.node)
						t.Cleanup(func() { n.Close() })
						return endpoint{n}
					},
				}
			})
		})
	}
}
