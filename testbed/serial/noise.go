package serial

import (
	"io"
	"math/rand/v2"
	"sync"

	"mqttsn-gateway/testbed/tty"
)

// noise is what a line does to octets.
type noise struct {
	probability float64
	mu          sync.Mutex
	rnd         *rand.Rand
}

func newNoise(c Config) *noise {
	return &noise{probability: c.Noise, rnd: rand.New(rand.NewPCG(c.Seed, 0))}
}

// on is a port with noise in both directions.
func (n *noise) on(p *tty.Port) io.ReadWriteCloser {
	if n.probability == 0 {
		return p
	}
	return noisyPort{p, n}
}

type noisyPort struct {
	*tty.Port
	noise *noise
}

func (p noisyPort) Read(b []byte) (int, error) {
	n, err := p.Port.Read(b)
	return len(p.noise.garble(b[:0], b[:n])), err
}

func (p noisyPort) Write(b []byte) (int, error) {
	if _, err := p.Port.Write(p.noise.garble(nil, b)); err != nil {
		return 0, err
	}
	return len(b), nil
}

// garble appends to out what becomes of b.
func (n *noise) garble(out, b []byte) []byte {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, c := range b {
		switch {
		case n.rnd.Float64() >= n.probability:
			out = append(out, c)
		case n.rnd.IntN(2) == 0:
			out = append(out, c^1<<n.rnd.IntN(8))
		}
	}
	return out
}
