package brokertest

import (
	"fmt"
	"sync"
	"testing"
	"time"
)

// together is how many rows are played at a time: most of them wait, for the broker or for time to pass.
const together = 40

// TestTable plays every row against every broker.
func TestTable(t *testing.T) {
	t.Parallel()
	rows := readRows(t)
	for _, b := range brokers {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			begun := time.Now()
			h := hosts{broker: b}
			for i := range h.shared {
				h.shared[i] = b.start(t, setup(i))
			}
			var wg sync.WaitGroup
			slots := make(chan struct{}, together)
			played := 0
			for _, r := range rows {
				for _, version := range r.versions {
					played++
					s := &stage{
						broker: b.kind, version: version, unique: fmt.Sprintf("r%d", played),
						clients: make(map[string]*conn), variables: make(map[string]string),
					}
					slots <- struct{}{}
					wg.Go(func() {
						defer func() { <-slots }()
						t.Run(fmt.Sprintf("%s/v%d/%s", r.section, version, r.name()), func(t *testing.T) {
							s.addr = h.addr(t, r)
							if err := s.play(r.steps); err != nil {
								t.Error(err)
							}
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
	broker broker
	shared [setups]*server
}

// addr is where a row finds its broker.
func (h *hosts) addr(t *testing.T, r *row) string {
	if r.alone {
		return h.broker.start(t, r.setup).addr
	}
	return h.shared[r.setup].addr
}

// TestCounts says how large the table is.
func TestCounts(t *testing.T) {
	statements := make(map[string]bool)
	rows := readRows(t)
	var conversations, deviations, differences int
	for _, r := range rows {
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
	t.Logf("%d rows for %d statements, %d conversations with each broker; mosquitto deviates in %d rows and differs in %d",
		len(rows), len(statements), conversations, deviations, differences)
}
