package brokertest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// together is how many rows are played at a time: most of them wait, for the broker or for time to pass.
const together = 40

// TestTable plays every row against every broker.
func TestTable(t *testing.T) {
	rows := readRows(t)
	for _, b := range brokers {
		t.Run(b.name, func(t *testing.T) {
			begun := time.Now()
			theirs := hosts{t: t, broker: b}
			var wg sync.WaitGroup
			slots := make(chan struct{}, together)
			played := 0
			for _, r := range rows {
				for _, version := range r.versions {
					played++
					slots <- struct{}{}
					wg.Go(func() {
						defer func() { <-slots }()
						t.Run(fmt.Sprintf("%s/v%d/%s", r.section, version, r.name()), func(t *testing.T) {
							theirs.play(t, r, version)
						})
					})
				}
			}
			wg.Wait()
			t.Logf("%d conversations in %v", played, time.Since(begun).Round(time.Millisecond))
		})
	}
}

// hosts are the running brokers of a kind that rows share.
type hosts struct {
	t             *testing.T
	broker        broker
	normal, tight sync.Once
	servers       [2]*server
	played        atomic.Int64
}

// server returns the broker for a row.
func (h *hosts) server(t *testing.T, r *row) *server {
	if r.alone {
		return h.broker.start(t, r.tight)
	}
	if r.tight {
		h.tight.Do(func() { h.servers[1] = h.broker.start(h.t, true) })
		return h.servers[1]
	}
	h.normal.Do(func() { h.servers[0] = h.broker.start(h.t, false) })
	return h.servers[0]
}

func (h *hosts) play(t *testing.T, r *row, version int) {
	s := &stage{
		addr: h.server(t, r).addr, broker: h.broker.kind, version: version,
		unique: fmt.Sprintf("r%d", h.played.Add(1)), clients: make(map[string]*conn), variables: make(map[string]string),
	}
	if err := s.play(r.steps); err != nil {
		t.Error(err)
	}
}

// TestCounts says how large the table is.
func TestCounts(t *testing.T) {
	statements := make(map[string]bool)
	var conversations, deviations, differences int
	for _, r := range readRows(t) {
		statements[r.statement] = true
		conversations += len(r.versions)
		if r.deviates != "" {
			deviations++
			t.Logf("mosquitto deviates from %s: %s", r.statement, r.deviates)
		}
		if r.differs != "" {
			differences++
		}
	}
	t.Logf("%d statements, %d conversations with each broker; mosquitto deviates in %d rows and differs in %d",
		len(statements), conversations, deviations, differences)
}
