package radiotest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"mqttsn-gateway/radio"
)

// AirMTU is the MTU of an Air.
const AirMTU = 1400

// airQueue bounds what waits in each direction of an Air. More is lost, as on a real radio, and counted.
const airQueue = 1024

// Air is a link in memory. It starts no goroutine and waits on channels only, so it may live in a testing/synctest
// bubble. It loses nothing but what overflows its queues.
type Air struct {
	radio.Counters
	inbox *radio.Inbox // from devices to the reader

	mu      sync.Mutex
	devices []*AirDevice // devices[i] has the number i+1
}

var _ radio.Link = (*Air)(nil)

// NewAir makes a link without devices.
func NewAir() *Air {
	a := &Air{}
	a.inbox = radio.NewInbox(airQueue, &a.Counters)
	return a
}

// An AirDevice is a device on an Air.
type AirDevice struct {
	air    *Air
	peer   radio.Peer
	down   chan []byte
	closed chan struct{}
	once   sync.Once
}

var _ Endpoint = (*AirDevice)(nil)

// NewDevice adds a device to the air.
func (a *Air) NewDevice() *AirDevice {
	a.mu.Lock()
	defer a.mu.Unlock()
	d := &AirDevice{air: a, down: make(chan []byte, airQueue), closed: make(chan struct{})}
	a.devices = append(a.devices, d)
	binary.BigEndian.PutUint32(d.peer[:], uint32(len(a.devices)))
	return d
}

// Peer is what stands for the device on the link.
func (d *AirDevice) Peer() radio.Peer { return d.peer }

// Incoming gives the datagrams from the link. Who takes one owns it.
func (d *AirDevice) Incoming() <-chan []byte { return d.down }

// Send implements Endpoint. It copies b.
func (d *AirDevice) Send(b []byte) error {
	select {
	case <-d.closed:
		return net.ErrClosed
	case <-d.air.inbox.Done():
		return net.ErrClosed
	default:
	}
	d.air.inbox.Put(radio.Packet{Peer: d.peer, Data: bytes.Clone(b)})
	return nil
}

// Receive implements Endpoint.
func (d *AirDevice) Receive(deadline time.Time) ([]byte, error) {
	late := time.NewTimer(time.Until(deadline))
	defer late.Stop()
	select {
	case b := <-d.down:
		return b, nil
	case <-d.closed:
		return nil, net.ErrClosed
	case <-late.C:
		return nil, os.ErrDeadlineExceeded
	}
}

// Close takes the device off the air.
func (d *AirDevice) Close() error {
	d.once.Do(func() { close(d.closed) })
	return nil
}

// ReadBatch implements Link.
func (a *Air) ReadBatch(ps []radio.Packet) (int, error) { return a.inbox.ReadBatch(ps) }

// WriteBatch implements Link.
func (a *Air) WriteBatch(ps []radio.Packet) (n int, err error) {
	for i, p := range ps {
		if a.inbox.Closed() {
			return i, net.ErrClosed
		}
		if e := a.write(p); e != nil {
			a.CountSendError()
			if err == nil {
				err = e
			}
		}
	}
	return len(ps), err
}

func (a *Air) write(p radio.Packet) error {
	if len(p.Data) > AirMTU {
		return radio.ErrTooLong
	}
	d := a.device(p.Peer)
	if d == nil {
		return errNoDevice
	}
	a.deliver(d, p.Data)
	return nil
}

var errNoDevice = errors.New("radiotest: no such device")

// deliver puts a copy of b into a device's queue. A full queue loses it without a word, as a radio does.
func (a *Air) deliver(d *AirDevice, b []byte) {
	a.CountSent(len(b))
	select {
	case d.down <- bytes.Clone(b):
	default:
	}
}

func (a *Air) device(p radio.Peer) *AirDevice {
	a.mu.Lock()
	defer a.mu.Unlock()
	n := binary.BigEndian.Uint32(p[:])
	if n == 0 || uint64(n) > uint64(len(a.devices)) {
		return nil
	}
	return a.devices[n-1]
}

// Broadcast implements Link.
func (a *Air) Broadcast(b []byte, radius uint8) error {
	if len(b) > AirMTU {
		a.CountSendError()
		return radio.ErrTooLong
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, d := range a.devices {
		a.deliver(d, b)
	}
	return nil
}

// MTU implements Link.
func (a *Air) MTU() int { return AirMTU }

// FormatPeer writes a peer as air:7.
func (a *Air) FormatPeer(p radio.Peer) string {
	return airPrefix + strconv.FormatUint(uint64(binary.BigEndian.Uint32(p[:])), 10)
}

const airPrefix = "air:"

// ParsePeer implements Link. The device need not exist.
func (a *Air) ParsePeer(s string) (p radio.Peer, err error) {
	number, ok := strings.CutPrefix(s, airPrefix)
	n, err := strconv.ParseUint(number, 10, 32)
	if !ok || err != nil || n == 0 {
		return p, fmt.Errorf("radiotest: not a peer in the air: %q", s)
	}
	binary.BigEndian.PutUint32(p[:], uint32(n))
	return p, nil
}

// Close implements Link.
func (a *Air) Close() error {
	a.inbox.Shut()
	return nil
}
