package bench

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"syscall"

	"golang.org/x/net/ipv4"
)

// An air carries the datagrams of very many devices, each of which has an address of its own.
type air struct {
	heard chan *batch // what gateways said; whoever takes a batch gives it back with release
	batch sync.Pool
	done  chan struct{}

	socket  *ipv4.PacketConn // all devices share it; nil: sockets
	gateway net.Addr
	out     []ipv4.Message // under way to socket

	sockets []*net.UDPConn // one a device
	readers sync.WaitGroup
}

// A datagram to or from a device.
type datagram struct {
	device int
	data   []byte
}

// batch is what was heard at once.
type batch struct{ datagrams []datagram }

const (
	airBatch   = 64      // datagrams that share a system call
	airLength  = 256     // batches that may wait to be looked at
	airBuffer  = 2048    // octets of a datagram that are looked at
	socketRoom = 4 << 20 // octets that may wait in a socket that devices share
)

// openAir makes room for n devices.
//
// Linux takes each address of 127.0.0.0/8 for its own, and lets a socket say with each datagram which of them it comes from.
// So if the gateway is on this machine one socket does for all: a system call sends the datagrams of many devices. To any
// other gateway each device has a socket.
func openAir(gateway netip.AddrPort, n int) (*air, error) {
	a := &air{heard: make(chan *batch, airLength), done: make(chan struct{})}
	a.batch.New = func() any { return &batch{datagrams: make([]datagram, 0, airBatch)} }
	var err error
	if runtime.GOOS == "linux" && gateway.Addr().Is4() && gateway.Addr().IsLoopback() && n <= crowdSize {
		err = a.openShared(gateway)
	} else {
		err = a.openEach(gateway, n)
	}
	if err != nil {
		a.close()
		return nil, err
	}
	return a, nil
}

func (a *air) openShared(gateway netip.AddrPort) error {
	c, err := net.ListenUDP("udp4", nil)
	if err != nil {
		return err
	}
	c.SetReadBuffer(socketRoom) // the kernel grants what it likes
	c.SetWriteBuffer(socketRoom)
	a.socket, a.gateway = ipv4.NewPacketConn(c), net.UDPAddrFromAddrPort(gateway)
	a.out = make([]ipv4.Message, 0, airBatch)
	a.readers.Go(a.readShared)
	return a.socket.SetControlMessage(ipv4.FlagDst, true)
}

func (a *air) openEach(gateway netip.AddrPort, n int) error {
	for i := range n {
		c, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(gateway))
		if errors.Is(err, syscall.EMFILE) {
			return fmt.Errorf("the system allows this process no more than %d sockets: see ulimit -n", i)
		}
		if err != nil {
			return err
		}
		a.sockets = append(a.sockets, c)
		a.readers.Go(func() { a.readOne(i, c) })
	}
	return nil
}

// The addresses of devices that share a socket begin at 127.64.0.0.
const (
	crowdNet  = 64
	crowdSize = (255 - crowdNet) << 16
)

func crowdAddress(device int) net.IP {
	return net.IPv4(127, byte(crowdNet+device>>16), byte(device>>8), byte(device)).To4()
}

// crowdDevice is the inverse of crowdAddress, -1 for other addresses.
func crowdDevice(ip net.IP) int {
	ip = ip.To4()
	if ip == nil || ip[0] != 127 || ip[1] < crowdNet {
		return -1
	}
	return int(ip[1]-crowdNet)<<16 | int(ip[2])<<8 | int(ip[3])
}

// send sends datagrams; their data may be changed afterwards. What the network refuses is lost, as it may be on any air,
// except where it says that nobody listens.
func (a *air) send(ds []datagram) error {
	if a.socket == nil {
		for _, d := range ds {
			if _, err := a.sockets[d.device].Write(d.data); errors.Is(err, syscall.ECONNREFUSED) {
				return err
			}
		}
		return nil
	}
	for len(ds) > 0 {
		n := min(len(ds), airBatch)
		a.out = a.out[:n]
		for i, d := range ds[:n] {
			m := &a.out[i]
			source := ipv4.ControlMessage{Src: crowdAddress(d.device)}
			m.Buffers, m.OOB, m.Addr = append(m.Buffers[:0], d.data), source.Marshal(), a.gateway
		}
		for rest := a.out; len(rest) > 0; {
			sent, err := a.socket.WriteBatch(rest, 0)
			if errors.Is(err, net.ErrClosed) {
				return err
			}
			if sent <= 0 {
				sent = 1 // that datagram is lost
			}
			rest = rest[sent:]
		}
		ds = ds[n:]
	}
	return nil
}

func (a *air) readShared() {
	messages := make([]ipv4.Message, airBatch)
	for i := range messages {
		messages[i] = ipv4.Message{Buffers: [][]byte{make([]byte, airBuffer)}, OOB: ipv4.NewControlMessage(ipv4.FlagDst)}
	}
	var to ipv4.ControlMessage
	for {
		n, err := a.socket.ReadBatch(messages, 0)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		b := a.batch.Get().(*batch)
		for i := range messages[:max(n, 0)] {
			m := &messages[i]
			if to.Parse(m.OOB[:m.NN]) == nil {
				b.add(crowdDevice(to.Dst), m.Buffers[0][:m.N])
			}
		}
		a.hand(b)
	}
}

func (a *air) readOne(device int, c *net.UDPConn) {
	var buf [airBuffer]byte
	for {
		n, err := c.Read(buf[:])
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue // a datagram before this one found nobody: sending says so
		}
		b := a.batch.Get().(*batch)
		b.add(device, buf[:n])
		a.hand(b)
	}
}

// add copies a datagram into the batch, into memory that the batch keeps.
func (b *batch) add(device int, data []byte) {
	n := len(b.datagrams)
	if n < cap(b.datagrams) {
		b.datagrams = b.datagrams[:n+1]
	} else {
		b.datagrams = append(b.datagrams, datagram{})
	}
	d := &b.datagrams[n]
	d.device, d.data = device, append(d.data[:0], data...)
}

func (a *air) hand(b *batch) {
	select {
	case a.heard <- b:
	case <-a.done:
	}
}

func (a *air) release(b *batch) {
	b.datagrams = b.datagrams[:0]
	a.batch.Put(b)
}

func (a *air) close() {
	close(a.done)
	if a.socket != nil {
		a.socket.Close()
	}
	for _, c := range a.sockets {
		c.Close()
	}
	a.readers.Wait()
}
