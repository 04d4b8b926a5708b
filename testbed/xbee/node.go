package xbee

import (
	"fmt"
	"net"
	"os"
	"sync"
	"time"
)

// NodeConfig says what a node is.
type NodeConfig struct {
	Address uint64 // 64-bit; 0 picks one
	Short   uint16 // 16-bit; 0 picks one, 0xFFFE is none

	// ShortOnly makes the node send with its 16-bit address alone, as 802.15.4 modules with a MY do. The other side
	// does not get to know Address.
	ShortOnly bool

	Name   string // NI; empty picks one
	PAN    uint64 // 0 is that of the gateway's modem
	RSSI   uint8  // at which the node is heard, in -dBm; 0 means 40
	Family Family // of its firmware

	// Gateway is where Write sends to; 0 is the first modem on the air.
	Gateway uint64
}

// nodeInbox bounds the datagrams that wait for the owner of a node. More are dropped.
const nodeInbox = 1024

// A Node is a device with an XBee module. Its methods are those of a datagram socket connected to the gateway, and may be
// used from several goroutines.
type Node struct {
	air     *Air
	station station
	cfg     NodeConfig

	inbox  chan []byte
	room   chan struct{} // capacity 1: the station has room
	closed chan struct{}
	once   sync.Once

	mu       sync.Mutex
	deadline time.Time
	changed  chan struct{} // closed when deadline has changed
}

// NewNode adds a node to the air.
func (a *Air) NewNode(c NodeConfig) *Node {
	a.mu.Lock()
	defer a.mu.Unlock()
	number := uint64(len(a.stations) + 1)
	if c.Address == 0 {
		c.Address = 0x0013A200_41000000 + number
	}
	if c.Short == 0 {
		c.Short = uint16(0x1000 + number)
	}
	if c.Name == "" {
		c.Name = fmt.Sprintf("node-%d", number)
	}
	if c.RSSI == 0 {
		c.RSSI = 40
	}
	if gateway := a.gateway(); gateway != nil {
		if c.PAN == 0 {
			c.PAN = gateway.pan
		}
		if c.Gateway == 0 {
			c.Gateway = gateway.address
		}
	}
	n := &Node{air: a, cfg: c, inbox: make(chan []byte, nodeInbox), room: make(chan struct{}, 1),
		closed: make(chan struct{}), changed: make(chan struct{})}
	n.station = station{host: n, family: c.Family, address: c.Address, short: c.Short, pan: c.PAN, on: true,
		shortOnly: c.ShortOnly, rssi: c.RSSI, buffers: 4}
	a.join(&n.station)
	return n
}

// gateway is the first modem's station.
func (a *Air) gateway() *station {
	for _, s := range a.stations {
		if _, ok := s.host.(*Modem); ok {
			return s
		}
	}
	return nil
}

// Address is the node's 64-bit address.
func (n *Node) Address() uint64 { return n.cfg.Address }

// Write sends a datagram to the gateway. It waits for room in the node's module, not for the delivery.
func (n *Node) Write(b []byte) (int, error) { return n.send(b, n.cfg.Gateway) }

// Broadcast sends a datagram to all stations.
func (n *Node) Broadcast(b []byte) error {
	_, err := n.send(b, broadcastAddress)
	return err
}

func (n *Node) send(b []byte, to uint64) (int, error) {
	p := &packet{from: &n.station, to: to, to16: unknown16, data: append([]byte(nil), b...)}
	for {
		select {
		case <-n.closed:
			return 0, net.ErrClosed
		default:
		}
		n.air.mu.Lock()
		err := n.air.submit(p)
		n.air.mu.Unlock()
		if err == nil {
			return len(b), nil
		}
		select {
		case <-n.room:
		case <-n.closed:
		}
	}
}

// Read waits for a datagram. One that is longer than b is cut off, as by a socket.
func (n *Node) Read(b []byte) (int, error) {
	for {
		n.mu.Lock()
		deadline, changed := n.deadline, n.changed
		n.mu.Unlock()
		var late <-chan time.Time
		if !deadline.IsZero() {
			timer := time.NewTimer(time.Until(deadline))
			defer timer.Stop()
			late = timer.C
		}
		select {
		case data := <-n.inbox:
			return copy(b, data), nil
		case <-late:
			return 0, os.ErrDeadlineExceeded
		case <-changed:
		case <-n.closed:
			return 0, net.ErrClosed
		}
	}
}

// SetReadDeadline is as in net.Conn.
func (n *Node) SetReadDeadline(t time.Time) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.deadline = t
	close(n.changed)
	n.changed = make(chan struct{})
	return nil
}

// Rejoin gives the node another 16-bit address, as happens when it joins a Zigbee network again.
func (n *Node) Rejoin(short uint16) {
	n.air.mu.Lock()
	defer n.air.mu.Unlock()
	n.station.short = short
}

// Switch turns the node's radio on or off.
func (n *Node) Switch(on bool) {
	n.air.mu.Lock()
	defer n.air.mu.Unlock()
	n.station.on = on
}

// Close switches the node off, and ends Read and Write.
func (n *Node) Close() error {
	n.Switch(false)
	n.shut()
	return nil
}

func (n *Node) name() []byte { return []byte(n.cfg.Name) }

func (n *Node) shut() { n.once.Do(func() { close(n.closed) }) }

func (n *Node) sent() {
	select {
	case n.room <- struct{}{}:
	default:
	}
}

func (n *Node) receive(p *packet) bool {
	select {
	case n.inbox <- append([]byte(nil), p.data...):
		return true
	default:
		return false
	}
}
