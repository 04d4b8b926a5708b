package programs

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// ResidentMemory is the resident set of the process in octets, from the second field of statm.
func (p *Process) ResidentMemory() (uint64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", p.PID()))
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(b))
	pages, err := strconv.ParseUint(fields[1], 10, 64)
	return pages * uint64(os.Getpagesize()), err
}

// DiskWrites is how many octets the process has caused to be written to disks since it began: write_bytes of
// /proc/PID/io, which counts whole pages, and nothing for file systems in memory.
func (p *Process) DiskWrites() (uint64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/io", p.PID()))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(b)) {
		if n, ok := strings.CutPrefix(strings.TrimSpace(line), "write_bytes: "); ok {
			return strconv.ParseUint(n, 10, 64)
		}
	}
	return 0, fmt.Errorf("/proc/%d/io has no write_bytes", p.PID())
}
