package radiotest

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"testing"

	"mqttsn-gateway/radio"
)

func deliverBothWays(t *testing.T, s *suite) {
	e := s.peers(1)[0]
	for _, b := range [][]byte{{0}, []byte("up"), {0xC0, 0xDB, 0x7E, 0x7D, 0x00, 0x11, 0x13}, bytes.Repeat([]byte{0xFF}, s.Link.MTU()/2)} {
		s.send(e, b)
		p := s.read(1, s.Link.MTU())[0]
		if !bytes.Equal(p.Data, b) {
			t.Fatalf("link read %s, want %s", short(p.Data), short(b))
		}
		if p.Peer == (radio.Peer{}) {
			t.Fatal("a datagram came from the zero Peer, who is nobody")
		}
		s.write(radio.Packet{Peer: p.Peer, Data: b})
		s.wantReceive(e, b)
	}
}

func keepOrder(t *testing.T, s *suite) {
	e := s.peers(1)[0]
	for first := 0; first < 100; first += s.Window {
		n := min(s.Window, 100-first)
		for i := range n {
			s.send(e, fmt.Appendf(nil, "up %d", first+i))
		}
		down := make([]radio.Packet, n)
		for i, p := range s.read(n, 64) {
			if want := fmt.Sprintf("up %d", first+i); string(p.Data) != want {
				t.Fatalf("datagram %d is %s, want %s", first+i, short(p.Data), want)
			}
			down[i] = radio.Packet{Peer: p.Peer, Data: fmt.Appendf(nil, "down %d", first+i)}
		}
		s.write(down...)
		for _, p := range down {
			s.wantReceive(e, p.Data)
		}
	}
}

func manyPeers(t *testing.T, s *suite) {
	es := s.peers(32)
	owner := make(map[radio.Peer]int)
	for round := range 2 {
		for i, e := range es {
			s.send(e, fmt.Appendf(nil, "%d", i))
		}
		for _, p := range s.read(len(es), 64) {
			var i int
			if _, err := fmt.Sscan(string(p.Data), &i); err != nil || i >= len(es) {
				t.Fatalf("link read %s: %v", short(p.Data), err)
			}
			if was, known := owner[p.Peer]; known && was != i {
				t.Fatalf("device %d has the peer of device %d", i, was)
			} else if !known && round > 0 {
				t.Fatalf("device %d has another peer than before", i)
			}
			owner[p.Peer] = i
		}
		if len(owner) != len(es) {
			t.Fatalf("%d peers for %d devices", len(owner), len(es))
		}
	}
}

func writeBatch(t *testing.T, s *suite) {
	es := s.peers(32)
	var ps []radio.Packet
	for i, e := range es {
		ps = append(ps, radio.Packet{Peer: s.hello(e), Data: fmt.Appendf(nil, "for %d", i)})
	}
	s.write(ps...)
	for i, e := range es {
		s.wantReceive(e, ps[i].Data)
	}
}

func formatPeers(t *testing.T, s *suite) {
	for _, e := range s.peers(3) {
		p := s.hello(e)
		text := s.Link.FormatPeer(p)
		if text == "" {
			t.Fatal("FormatPeer wrote nothing")
		}
		if back, err := s.Link.ParsePeer(text); err != nil || back != p {
			t.Fatalf("ParsePeer(%q) = %x, %v; want %x", text, back, err, p)
		}
	}
	for _, text := range []string{"", "nobody at all", "\x00"} {
		if p, err := s.Link.ParsePeer(text); err == nil {
			t.Fatalf("ParsePeer(%q) = %x, want an error", text, p)
		}
	}
}

func refuseForeignPeer(t *testing.T, s *suite) {
	e := s.peers(1)[0]
	p := s.hello(e)
	n, err := s.Link.WriteBatch([]radio.Packet{{Data: []byte("to nobody")}, {Peer: p, Data: []byte("to you")}})
	if n != 2 || err == nil {
		t.Fatalf("WriteBatch to the zero Peer and a real one: %d, %v; want 2 and an error", n, err)
	}
	s.wantReceive(e, []byte("to you"))
}

func oversizeOut(t *testing.T, s *suite) {
	e := s.peers(1)[0]
	p := s.hello(e)
	long := make([]byte, s.Link.MTU()+1)
	n, err := s.Link.WriteBatch([]radio.Packet{
		{Peer: p, Data: []byte("before")}, {Peer: p, Data: long}, {Peer: p, Data: []byte("after")}})
	if n != 3 || !errors.Is(err, radio.ErrTooLong) {
		t.Fatalf("WriteBatch: %d, %v; want 3, ErrTooLong", n, err)
	}
	s.wantReceive(e, []byte("before"))
	s.wantReceive(e, []byte("after"))
	if err := s.Link.Broadcast(long, 0); !errors.Is(err, radio.ErrTooLong) {
		t.Fatalf("Broadcast: %v; want ErrTooLong", err)
	}
	if st := s.Stats(); st.SendErrors != 2 {
		t.Fatalf("%d send errors counted, want 2", st.SendErrors)
	}
}

func oversizeIn(t *testing.T, s *suite) {
	e := s.peers(1)[0]
	fits, long := bytes.Repeat([]byte("f"), 20), bytes.Repeat([]byte("l"), 21)
	for _, b := range [][]byte{long, fits, long, []byte("last")} {
		s.send(e, b)
	}
	got := s.read(2, 20)
	if !bytes.Equal(got[0].Data, fits) || string(got[1].Data) != "last" {
		t.Fatalf("link read %s and %s, want those that fit", short(got[0].Data), short(got[1].Data))
	}
	if st := s.Stats(); st.DroppedOversize != 2 {
		t.Fatalf("%d oversize datagrams counted, want 2", st.DroppedOversize)
	}
}

func broadcast(t *testing.T, s *suite) {
	es := s.peers(3)
	for _, e := range es {
		s.hello(e)
	}
	for _, radius := range []uint8{0, 1} {
		b := fmt.Appendf(nil, "to all within %d", radius)
		if err := s.Link.Broadcast(b, radius); err != nil {
			t.Fatalf("Broadcast with radius %d: %v", radius, err)
		}
		if s.NoBroadcast {
			continue
		}
		for _, e := range es {
			s.wantReceive(e, b)
		}
	}
	// Nothing but a device's word comes next: a link does not hear its own broadcasts.
	s.send(es[0], []byte("heard you"))
	if p := s.read(1, 64)[0]; string(p.Data) != "heard you" {
		t.Fatalf("after a broadcast the link read %s", short(p.Data))
	}
}

func count(t *testing.T, s *suite) {
	e := s.peers(1)[0]
	before := s.Stats()
	p := s.hello(e)
	s.write(radio.Packet{Peer: p, Data: []byte("abc")}, radio.Packet{Peer: p, Data: []byte("de")})
	s.wantReceive(e, []byte("abc"))
	s.wantReceive(e, []byte("de"))
	s.eventually("1 datagram of 5 octets received and 2 of 5 octets sent since then", func() bool {
		after := s.Stats()
		return after.ReceivedDatagrams-before.ReceivedDatagrams == 1 && after.ReceivedOctets-before.ReceivedOctets == 5 &&
			after.SentDatagrams-before.SentDatagrams == 2 && after.SentOctets-before.SentOctets == 5
	})
}

func closeWhileReading(t *testing.T, s *suite) {
	e := s.peers(1)[0]
	s.hello(e) // the link is at work, not starting
	reading := make(chan struct{})
	var err error
	s.within("Close ends a read", func() {
		var wg sync.WaitGroup
		wg.Go(func() {
			close(reading)
			_, err = s.Link.ReadBatch(buffers(1, 64))
		})
		<-reading
		s.Link.Close()
		wg.Wait()
	})
	if !isClosed(err) {
		t.Fatalf("the read returned %v, want net.ErrClosed", err)
	}
}

func closeTwice(t *testing.T, s *suite) {
	s.peers(1)
	s.within("two calls of Close", func() {
		for range 2 {
			if err := s.Link.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		}
	})
}

func useAfterClose(t *testing.T, s *suite) {
	e := s.peers(1)[0]
	p := s.hello(e)
	s.Link.Close()
	s.within("calls after Close", func() {
		if n, err := s.Link.WriteBatch([]radio.Packet{{Peer: p, Data: []byte("late")}}); n != 0 || !isClosed(err) {
			t.Errorf("WriteBatch after Close: %d, %v; want 0, net.ErrClosed", n, err)
		}
		if n, err := s.Link.ReadBatch(buffers(1, 64)); n != 0 || !isClosed(err) {
			t.Errorf("ReadBatch after Close: %d, %v; want 0, net.ErrClosed", n, err)
		}
	})
}

// readWhileWriting is for the race detector: a reader, a writer, devices and somebody who reads counters, all at once.
func readWhileWriting(t *testing.T, s *suite) {
	const n = 200
	es := s.peers(4)
	var ps []radio.Packet
	for _, e := range es {
		ps = append(ps, radio.Packet{Peer: s.hello(e), Data: []byte("down")})
	}
	// Who puts a datagram on its way takes a place of its direction's window, who receives it gives the place back.
	up, down := make(chan struct{}, s.Window), make(chan struct{}, s.Window)
	var wg sync.WaitGroup
	for _, e := range es {
		wg.Go(func() {
			for range n {
				up <- struct{}{}
				if err := e.Send([]byte("up")); err != nil {
					t.Errorf("device sends: %v", err)
					return
				}
			}
		})
		wg.Go(func() {
			for range n {
				s.wantWord(e, "down")
				<-down
			}
		})
	}
	wg.Go(func() {
		for range n {
			for i := range ps {
				down <- struct{}{}
				if _, err := s.Link.WriteBatch(ps[i : i+1]); err != nil {
					t.Errorf("WriteBatch: %v", err)
				}
			}
			s.Stats()
		}
	})
	for range n * len(es) {
		s.read(1, 64)
		<-up
	}
	wg.Wait()
}
