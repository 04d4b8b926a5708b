package bench

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// usage is what a process has used up to a moment, from Linux's /proc.
type usage struct {
	at  time.Time
	cpu time.Duration // of all its threads, in user and kernel mode
	rss int           // resident memory, in octets
}

// ticks a second of the times in /proc/PID/stat. Linux shows them so on every architecture that Go knows.
const userHz = 100

func measure(pid int) (u usage, err error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return u, fmt.Errorf("cannot measure process %d: %w", pid, err)
	}
	// The second field is a name in parentheses, with anything in it; after it utime, stime and rss are fields 12, 13, 22.
	after := string(stat[strings.LastIndexByte(string(stat), ')')+1:])
	fields := strings.Fields(after)
	if len(fields) < 22 {
		return u, fmt.Errorf("cannot measure process %d: /proc/%d/stat is short", pid, pid)
	}
	var n [3]int
	for i, at := range []int{11, 12, 21} {
		if n[i], err = strconv.Atoi(fields[at]); err != nil {
			return u, fmt.Errorf("cannot measure process %d: %w", pid, err)
		}
	}
	u.at = time.Now()
	u.cpu = time.Duration(n[0]+n[1]) * time.Second / userHz
	u.rss = n[2] * os.Getpagesize()
	return u, nil
}
