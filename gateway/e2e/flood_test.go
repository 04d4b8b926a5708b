package e2e

import (
	"math/rand/v2"
	"net"
	"slices"
	"testing"
	"time"
)

// A flood sends datagrams that no well-behaved device would send, from many addresses, at a steady rate: a burst would
// only show how large the kernel's buffer is.
type flood struct {
	t     testing.TB
	r     *rand.Rand
	conns []*net.UDPConn
	seeds [][]byte
}

const (
	floodSenders = 32
	floodEvery   = 10 * time.Millisecond
	floodBurst   = 100 // random, and as many mutated
)

// newFlood returns a flood whose choices follow from the seed. Its senders have client ids of their own: a stranger who
// knows the client id of a device may take over its session, which is another test's subject.
func newFlood(t testing.TB, addr string, seed uint64) *flood {
	f := &flood{t: t, r: rand.New(rand.NewPCG(seed, 0))}
	for range floodSenders {
		f.conns = append(f.conns, newDevice(t, addr).conn)
	}
	for _, pattern := range floodSeeds {
		f.seeds = append(f.seeds, (&device{t: t}).encode(pattern))
	}
	return f
}

// floodSeeds are what is mutated: each packet that a client sends, and some that it does not.
var floodSeeds = []string{
	`05 00 01 03 84`,
	`03 01 01`,
	`09 02 01 C0 A8 01 0A 27 10`,
	`0F 04 04 01 00 3C "sensor-01"`,
	`0F 04 00 01 00 3C "sensor-02"`,
	`0B 04 0C 01 01 2C "pump7"`,
	`0E 07 30 "state/pump7"`,
	`09 09 "offline"`,
	`11 0A 00 00 00 01 "site/a/temp"`,
	`07 0B 00 01 00 01 00`,
	`0B 0C 20 00 01 00 02 "21.5"`,
	`0B 0C 00 00 01 00 00 "21.5"`,
	`09 0C 52 "t1" 12 34 "on"`,
	`09 0C 61 00 0A 00 00 "42"`,
	`07 0D 00 01 00 02 00`,
	`04 0F 12 34`, `04 10 12 34`, `04 0E 12 34`,
	`0C 12 20 00 03 "cmd/led"`,
	`0B 12 20 00 04 "site/#"`,
	`07 12 41 00 05 00 0A`,
	`0C 14 00 00 08 "cmd/led"`,
	`02 16`, `0B 16 "sensor-01"`, `02 17`,
	`02 18`, `04 18 0E 10`,
	`0A 1A 00 "state/x"`, `06 1C "gone"`,
	`05 FE 00 00 13 08 04 04 01 00 3C "n1"`,
	`05 FE 00 00 13 0B 12 20 00 04 "site/#"`,
	`01 01 35 0C 00 00 01 00 00 300*41`,
}

// run sends the given number of random datagrams and as many mutated ones.
func (f *flood) run(count int) error {
	tick := time.NewTicker(floodEvery)
	defer tick.Stop()
	for sent := 0; sent < count; {
		<-tick.C
		for range floodBurst {
			if err := f.send(f.random()); err != nil {
				return err
			}
			if err := f.send(f.mutated()); err != nil {
				return err
			}
			sent++
		}
	}
	return nil
}

func (f *flood) send(b []byte) error {
	_, err := f.conns[f.r.IntN(len(f.conns))].Write(b)
	return err
}

// random returns random octets, most of them short, half of them with a length that fits, so that they get further.
func (f *flood) random() []byte {
	b := make([]byte, f.r.IntN(40))
	if f.r.IntN(50) == 0 {
		b = make([]byte, f.r.IntN(1400))
	}
	for i := range b {
		b[i] = byte(f.r.Uint32())
	}
	if len(b) > 1 && len(b) < 256 && f.r.IntN(2) == 0 {
		b[0] = byte(len(b))
	}
	return b
}

// mutated returns a packet with one to three faults.
func (f *flood) mutated() []byte {
	b := slices.Clone(f.seeds[f.r.IntN(len(f.seeds))])
	for range 1 + f.r.IntN(3) {
		b = f.mutate(b)
	}
	return b
}

func (f *flood) mutate(b []byte) []byte {
	if len(b) == 0 {
		return b
	}
	at := f.r.IntN(len(b))
	switch f.r.IntN(6) {
	case 0:
		b[at] ^= 1 << f.r.IntN(8)
	case 1:
		b[at] = byte(f.r.Uint32())
	case 2:
		b = b[:at]
	case 3:
		b = append(b, f.random()...)
	case 4: // with a length that fits
		b = append(b, f.random()...)
		b[0] = byte(len(b))
	case 5: // two packets in one datagram
		b = append(b, f.seeds[f.r.IntN(len(f.seeds))]...)
	}
	return b
}
