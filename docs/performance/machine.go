package main

import (
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

const heading = `# Performance

<!-- Made by "make bench"; the words at the end are in docs/performance/profile.md. -->

What the gateway takes on one machine, measured in one run by ` + "`mqttsn bench`" + ` ([tools.md](tools.md#bench)); with it
you can measure yours. Figures that miss their goal are **bold**. CPU time tells more than messages a second, which depend
on what else runs; and best are ratios to the *floor*, measured by the same load in the same run: a program that reads
datagrams, answers each, and writes the payloads to one TCP connection, with no protocol between.

`

// profile is what was found in profiles, and what was done about it.
//
//go:embed profile.md
var profile string

// writeMachine tells where and when this was measured.
func (l *lab) writeMachine(now time.Time) {
	l.printf("%s, %d cores of %s, Linux %s, the gateway %s. Load average before: %s.\n", now.Format("2 January 2006, 15:04"),
		runtime.NumCPU(), cpuModel(), kernel(), l.version(), loadAverage())
	if l.quick {
		l.printf("\nA tenth of the messages only, on a machine with other things to do: these figures are not to be believed.\n")
	}
}

func cpuModel() string {
	info, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(info)) {
		if name, value, _ := strings.Cut(line, ":"); strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

func kernel() string {
	release, _ := os.ReadFile("/proc/sys/kernel/osrelease")
	number, _, _ := strings.Cut(strings.TrimSpace(string(release)), "-")
	return number
}

// loadAverage is how many processes wanted to run in the last minute: on a quiet machine less than one.
func loadAverage() string {
	text, _ := os.ReadFile("/proc/loadavg")
	last, _, _ := strings.Cut(string(text), " ")
	return last
}

func (l *lab) version() string {
	out, err := exec.Command(l.bin+"/mqttsn-gateway", "version").Output()
	if err != nil {
		return "of an unknown version"
	}
	return strings.TrimPrefix(strings.TrimSpace(fmt.Sprintf("%.80s", out)), "mqttsn-gateway ")
}
