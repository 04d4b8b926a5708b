package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"mqttsn-gateway/cmd/mqttsn/bench"
	"mqttsn-gateway/mqttsn"
)

// A lab has the programs, a folder for what they write, and the page as far as it is written.
type lab struct {
	bin   string
	dir   string
	quick bool
	page  bytes.Buffer
}

func openLab(bin string, quick bool) (*lab, error) {
	bin, err := filepath.Abs(bin)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "performance-")
	return &lab{bin: bin, dir: dir, quick: quick}, err
}

func (l *lab) close() { os.RemoveAll(l.dir) }

func (l *lab) printf(format string, args ...any) { fmt.Fprintf(&l.page, format, args...) }

// row writes a row of a table.
func (l *lab) row(cells ...any) {
	for _, c := range cells {
		l.printf("| %v ", c)
	}
	l.printf("|\n")
}

// fewer is n, or a tenth of it in a hurry.
func (l *lab) fewer(n int) int {
	if l.quick {
		return n / 10
	}
	return n
}

// shorter is d, or a fifth of it in a hurry.
func (l *lab) shorter(d time.Duration) time.Duration {
	if l.quick {
		return d / 5
	}
	return d
}

// load is a run with 1,000 devices as the tables have it.
func (l *lab) load(s bench.Scenario, qos mqttsn.QoS) bench.Config {
	c := bench.Default()
	c.Scenario, c.QoS, c.Count = s, qos, l.fewer(c.Count)
	return c
}

// against has a gateway bear a load. The ordinary client goes to the broker upstream if there is one.
func (l *lab) against(ctx context.Context, g *gateway, c bench.Config) (*bench.Report, error) {
	c.Gateway, c.Broker, c.PID = g.udp, g.broker, g.pid()
	r, err := bench.Run(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("%s %s, QoS %d: %w", g.mode, c.Scenario, c.QoS, err)
	}
	return r, nil
}

// goal is a figure with the most that it should be, marked where it is more.
func goal(have float64, format string, most float64) string {
	text := fmt.Sprintf(format, have)
	if have > most {
		return "**" + text + "**"
	}
	return text
}
