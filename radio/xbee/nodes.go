package xbee

import (
	"slices"
	"strings"
	"sync"
	"time"

	"mqttsn-gateway/radio"
	"mqttsn-gateway/radio/xbee/frame"
)

// maxNodes bounds the nodes that we keep statistics of. The one that was silent longest makes room for a new one.
const maxNodes = 4096

// A Node is what a link knows of a node that it has heard or sent to.
type Node struct {
	Peer      radio.Peer
	Address   string       // as FormatPeer writes it
	Address16 frame.Addr16 // its 16-bit address when it was heard last; Unknown16 if not known, or if that failed
	Name      string       // NI, where the node has introduced itself
	RSSI      int8         // of its latest datagram that has one, in dBm, on Zigbee and DigiMesh of the last hop; 0 unknown
	Heard     time.Time    // zero if never

	Received  uint64 // datagrams
	Sent      uint64 // datagrams handed to the modem
	Delivered uint64 // datagrams acknowledged by the node's radio
	Failed    uint64 // datagrams given up
	Retries   uint64 // transmissions that the modem had to repeat
	LastError string // what became of the latest that failed
}

// nodes are the statistics of all nodes.
type nodes struct {
	mu   sync.Mutex
	all  map[radio.Peer]*Node
	by16 map[frame.Addr16]*Node
}

func (ns *nodes) init() {
	ns.all = make(map[radio.Peer]*Node)
	ns.by16 = make(map[frame.Addr16]*Node)
}

// heard notes a datagram from a node, which had that 16-bit address.
func (ns *nodes) heard(p radio.Peer, a frame.Addr16, rssi int8, now time.Time) {
	ns.mu.Lock()
	defer ns.mu.Unlock()
	n := ns.node(p)
	n.Received++
	n.Heard = now
	if rssi != 0 {
		n.RSSI = rssi
	}
	ns.move(n, a)
}

// measured notes how strong the latest datagram of a node was, in dBm.
func (ns *nodes) measured(p radio.Peer, rssi int8) {
	ns.mu.Lock()
	defer ns.mu.Unlock()
	ns.node(p).RSSI = rssi
}

// introduced notes what a node said of itself.
func (ns *nodes) introduced(p radio.Peer, a frame.Addr16, name string) {
	ns.mu.Lock()
	defer ns.mu.Unlock()
	n := ns.node(p)
	n.Name = name
	ns.move(n, a)
}

// located notes the 16-bit address of a node; Unknown16 forgets it.
func (ns *nodes) located(p radio.Peer, a frame.Addr16) {
	ns.mu.Lock()
	defer ns.mu.Unlock()
	ns.move(ns.node(p), a)
}

// sent counts a datagram that was handed to the modem; for nobody, a broadcast, it counts nothing.
func (ns *nodes) sent(p radio.Peer) {
	if p == (radio.Peer{}) {
		return
	}
	ns.mu.Lock()
	defer ns.mu.Unlock()
	ns.node(p).Sent++
}

// delivered counts a datagram that has reached its node, at that 16-bit address unless it is no address.
func (ns *nodes) delivered(p radio.Peer, a frame.Addr16, retries uint8) {
	ns.mu.Lock()
	defer ns.mu.Unlock()
	n := ns.node(p)
	n.Delivered++
	n.Retries += uint64(retries)
	if a < frame.NotFound16 {
		ns.move(n, a)
	}
}

// failed counts a datagram that has not reached its node.
func (ns *nodes) failed(p radio.Peer, err error) {
	ns.mu.Lock()
	defer ns.mu.Unlock()
	n := ns.node(p)
	n.Failed++
	n.LastError = err.Error()
}

// hint is the 16-bit address of a node, for the modem.
func (ns *nodes) hint(p radio.Peer) frame.Addr16 {
	ns.mu.Lock()
	defer ns.mu.Unlock()
	if n := ns.all[p]; n != nil {
		return n.Address16
	}
	return frame.Unknown16
}

// owner is the node that was last seen with a 16-bit address.
func (ns *nodes) owner(a frame.Addr16) (p radio.Peer, ok bool) {
	ns.mu.Lock()
	defer ns.mu.Unlock()
	n := ns.by16[a]
	if n == nil {
		return p, false
	}
	return n.Peer, true
}

// rssi is the last that was measured of a node.
func (ns *nodes) rssi(p radio.Peer) int8 {
	ns.mu.Lock()
	defer ns.mu.Unlock()
	if n := ns.all[p]; n != nil {
		return n.RSSI
	}
	return 0
}

func (ns *nodes) move(n *Node, a frame.Addr16) {
	if n.Address16 == a {
		return
	}
	if ns.by16[n.Address16] == n {
		delete(ns.by16, n.Address16)
	}
	n.Address16 = a
	if a < frame.NotFound16 {
		ns.by16[a] = n
	}
}

func (ns *nodes) node(p radio.Peer) *Node {
	n := ns.all[p]
	if n == nil {
		if len(ns.all) >= maxNodes {
			ns.forgetOldest()
		}
		n = &Node{Peer: p, Address: formatPeer(p), Address16: frame.Unknown16}
		ns.all[p] = n
	}
	return n
}

func (ns *nodes) forgetOldest() {
	var oldest *Node
	for _, n := range ns.all {
		if oldest == nil || n.Heard.Before(oldest.Heard) {
			oldest = n
		}
	}
	ns.move(oldest, frame.Unknown16)
	delete(ns.all, oldest.Peer)
}

// Nodes returns what the link knows of the nodes, ordered by address.
func (l *Link) Nodes() []Node {
	l.nodes.mu.Lock()
	defer l.nodes.mu.Unlock()
	ns := make([]Node, 0, len(l.nodes.all))
	for _, n := range l.nodes.all {
		ns = append(ns, *n)
	}
	slices.SortFunc(ns, func(a, b Node) int { return strings.Compare(a.Address, b.Address) })
	return ns
}
