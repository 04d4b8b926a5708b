package engine

import "time"

// expectAge sets the time when the oldest message of the spool has waited too long.
func (b *bridge) expectAge() {
	b.ageAt = never
	if b.cfg.SpoolAge > 0 && b.spool.len() > 0 {
		b.ageAt = b.spool.at(0).since + b.cfg.SpoolAge
	}
	b.schedule()
}

// dropAged lets go what has waited for the broker for too long. What is already under way to it stays: the broker may have
// it, and its packet id is taken.
func (b *bridge) dropAged(now time.Duration) {
	for b.spool.len() > 0 && now >= b.spool.at(0).since+b.cfg.SpoolAge {
		en := b.spool.remove(0)
		b.e.stats.SpoolAged++
		if !b.aged {
			b.aged = true
			b.e.out.note(NoteSpoolAged, "", Addr{}, en.msg.Topic)
		}
		b.e.rec.release(bridgeRecord, &en)
	}
	b.expectAge()
}
