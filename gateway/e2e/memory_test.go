package e2e

import (
	"context"
	"time"

	"mqttsn-gateway/gateway/e2e/programs"
)

// sampleMemory looks at a process's resident memory twenty times a second, until ctx is done.
func sampleMemory(ctx context.Context, p *programs.Process) (samples []uint64, err error) {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		octets, err := p.ResidentMemory()
		if err != nil {
			return nil, err
		}
		samples = append(samples, octets)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return samples, nil
		}
	}
}
