package e2e

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// sampleMemory looks at a process's resident memory twenty times a second, until ctx is done.
func sampleMemory(ctx context.Context, p *process) (samples []uint64, err error) {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		octets, err := residentMemory(p)
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

// residentMemory is the resident set of a process in octets, from the second field of statm.
func residentMemory(p *process) (uint64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(b))
	pages, err := strconv.ParseUint(fields[1], 10, 64)
	return pages * uint64(os.Getpagesize()), err
}
