package sim

import (
	"math/rand/v2"

	"mqttsn-gateway/gateway/store"
	"mqttsn-gateway/gateway/store/storetest"
)

// platterSeeds says that in every third seed the records are in the real store, on a disk that loses in a crash what was not
// synced.
const platterSeeds = 3

// A platter is such a disk, with dice of its own: how it breaks does not change what else happens.
type platter struct {
	disk *storetest.Disk
	dice dice
}

func newPlatter(seed uint64) *platter {
	return &platter{storetest.NewDisk(), dice{rand.New(rand.NewPCG(seed, 0x6469736b))}}
}

// open opens the store that is on it. Its segments are small, so that it has to tidy up now and then.
func (p *platter) open() (store.Store, error) {
	return store.OpenFS(p.disk, store.Options{SegmentSize: 16 << 10})
}

// crash ends a life amid what write does to the disk, or a while after it. A power cut loses any of the sectors and names that
// were not synced, so that writes are torn and out of order; the end of the process alone loses what it has not written.
func (p *platter) crash(write func()) {
	left, after := (*storetest.Disk)(nil), p.dice.IntN(6)
	powerCut := p.dice.chance(0.7)
	stop := func() *storetest.Disk {
		if powerCut {
			return p.disk.Crash(func() bool { return p.dice.chance(0.5) })
		}
		return p.disk.Kill()
	}
	p.disk.Before(func(storetest.Op) error {
		if after--; after < 0 && left == nil {
			left = stop()
		}
		return nil
	})
	write()
	p.disk.Before(nil)
	if left == nil {
		left = stop()
	}
	p.disk = left
}
