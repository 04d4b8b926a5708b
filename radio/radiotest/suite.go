package radiotest

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"mqttsn-gateway/radio"
)

// Wait is how long the suite waits for something that must happen.
const Wait = 10 * time.Second

// An Endpoint is a device at the far end of a link, with a real transport of its own.
type Endpoint interface {
	// Send sends one datagram to the link.
	Send(b []byte) error

	// Receive returns the next datagram from the link, broadcast or not. It fails at the deadline, or when the endpoint
	// is closed.
	Receive(deadline time.Time) ([]byte, error)

	Close() error
}

// A Network is a link under test and the means to reach it.
type Network struct {
	Link radio.Link

	// NewPeer adds a device. It fails the test if it cannot, and closes the device at the end of the test.
	NewPeer func(t *testing.T) Endpoint

	// MaxPeers is how many devices the network can have; 0 means at least 32.
	MaxPeers int

	// Window is how many datagrams may be on their way at once in each direction, beyond which the link may refuse or
	// lose some; 0 means 100.
	Window int

	// Stats tells what the link counted.
	Stats func() radio.Stats

	// NoBroadcast says that Broadcast reaches nobody here.
	NoBroadcast bool
}

// Run subjects links to the rules of the Link interface. Open opens a fresh network; the suite closes its link.
func Run(t *testing.T, open func(t *testing.T) Network) {
	for _, c := range []struct {
		name string
		run  func(t *testing.T, s *suite)
	}{
		{"delivers both ways", deliverBothWays},
		{"keeps order per peer", keepOrder},
		{"tells many peers apart", manyPeers},
		{"writes a batch to many peers", writeBatch},
		{"formats and parses peers", formatPeers},
		{"refuses a foreign peer", refuseForeignPeer},
		{"refuses an oversize datagram and sends the next", oversizeOut},
		{"drops an oversize datagram and counts it", oversizeIn},
		{"broadcasts", broadcast},
		{"counts datagrams", count},
		{"ends a read on close", closeWhileReading},
		{"closes twice", closeTwice},
		{"refuses use after close", useAfterClose},
		{"reads and writes at once", readWhileWriting},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := goleak.IgnoreCurrent()
			t.Cleanup(func() { // runs last: after the cleanups of open and of its peers
				if err := goleak.Find(before); err != nil {
					t.Errorf("a closed network left goroutines behind: %v", err)
				}
			})
			n := open(t)
			if n.Window == 0 {
				n.Window = 100
			}
			t.Cleanup(func() { n.Link.Close() })
			c.run(t, &suite{Network: n, t: t})
		})
	}
}

// suite is one network under test and what every rule does with it.
type suite struct {
	Network
	t *testing.T
}

// peers makes n devices, or as many as the network can have.
func (s *suite) peers(n int) []Endpoint {
	s.t.Helper()
	if s.MaxPeers > 0 {
		n = min(n, s.MaxPeers)
	}
	es := make([]Endpoint, n)
	for i := range es {
		es[i] = s.NewPeer(s.t)
	}
	return es
}

func (s *suite) send(e Endpoint, b []byte) {
	s.t.Helper()
	if err := e.Send(b); err != nil {
		s.t.Fatalf("device sends %d octets: %v", len(b), err)
	}
}

func (s *suite) wantReceive(e Endpoint, want []byte) {
	s.t.Helper()
	got, err := e.Receive(time.Now().Add(Wait))
	if err != nil {
		s.t.Fatalf("device waits for %s: %v", short(want), err)
	}
	if !bytes.Equal(got, want) {
		s.t.Fatalf("device received %s, want %s", short(got), short(want))
	}
}

// wantWord is wantReceive for goroutines other than the test's own.
func (s *suite) wantWord(e Endpoint, want string) {
	if got, err := e.Receive(time.Now().Add(Wait)); err != nil || string(got) != want {
		s.t.Errorf("device received %s, %v; want %q", short(got), err, want)
	}
}

// read reads n datagrams from the link into buffers of the given size, and fails at the deadline.
func (s *suite) read(n, size int) []radio.Packet {
	s.t.Helper()
	expired := time.AfterFunc(Wait, func() { s.Link.Close() })
	defer expired.Stop()
	var got []radio.Packet
	for len(got) < n {
		ps := buffers(min(4, n-len(got)), size)
		k, err := s.Link.ReadBatch(ps)
		if err != nil {
			s.t.Fatalf("link read %d of %d datagrams, then: %v", len(got), n, err)
		}
		if k < 1 || k > len(ps) {
			s.t.Fatalf("ReadBatch returned %d packets of %d and no error", k, len(ps))
		}
		got = append(got, ps[:k]...)
	}
	return got
}

// hello lets a device make itself known, and returns the peer that stands for it.
func (s *suite) hello(e Endpoint) radio.Peer {
	s.t.Helper()
	s.send(e, []byte("hello"))
	return s.read(1, 64)[0].Peer
}

func (s *suite) write(ps ...radio.Packet) {
	s.t.Helper()
	if n, err := s.Link.WriteBatch(ps); n != len(ps) || err != nil {
		s.t.Fatalf("WriteBatch of %d: %d, %v", len(ps), n, err)
	}
}

func buffers(n, size int) []radio.Packet {
	ps := make([]radio.Packet, n)
	for i := range ps {
		ps[i].Data = make([]byte, size)
	}
	return ps
}

func short(b []byte) string {
	if len(b) > 32 {
		return fmt.Sprintf("%q... (%d octets)", b[:32], len(b))
	}
	return fmt.Sprintf("%q", b)
}

// within fails the test when f takes longer than Wait.
func (s *suite) within(what string, f func()) {
	s.t.Helper()
	var wg sync.WaitGroup
	wg.Go(f)
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(Wait):
		s.t.Fatalf("%s: not within %v", what, Wait)
	}
}

// eventually waits for counters, which a link may update a moment after the datagram has gone.
func (s *suite) eventually(what string, holds func() bool) {
	s.t.Helper()
	late := time.After(Wait)
	for again := time.NewTicker(time.Millisecond); !holds(); {
		select {
		case <-again.C:
		case <-late:
			s.t.Fatalf("counted %+v, want %s", s.Stats(), what)
		}
	}
}

func isClosed(err error) bool { return errors.Is(err, net.ErrClosed) }
