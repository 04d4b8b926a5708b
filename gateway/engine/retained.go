package engine

import (
	"time"

	"mqttsn-gateway/gateway/topic"
)

// retained are the messages that later subscribers of their topics get (MQTT 5, 3.3.1.3): the last one of each topic, in
// memory and on disk.
type retained struct {
	names  topic.Names[*Message]
	bytes  int
	serial uint64 // of the last one that was kept
	limit  Limit
	alarm  alarm
	e      *Engine
}

// sweepEvery is how often retained messages whose expiry has passed are looked for. A subscriber gets none of them
// anyway.
const sweepEvery = 10 * time.Minute

func (r *retained) init(e *Engine) {
	r.e, r.limit = e, e.cfg.Retained
	r.alarm.owner = r
	e.alarms.set(&r.alarm, sweepEvery)
}

// refuses reports whether m would have to be retained and finds no room. QoS 1 and 2 are refused then; QoS 0 is delivered
// and not retained.
func (r *retained) refuses(m *Message) bool {
	if !m.Retain || len(m.Payload) == 0 || r.names.Len() < r.limit.Messages && r.bytes+m.size() <= r.limit.Bytes {
		return false
	}
	old := r.current(m.Topic)
	return old == nil || r.bytes-old.size()+m.size() > r.limit.Bytes
}

// keep makes m its topic's message, or forgets the topic's message if m is empty.
func (r *retained) keep(m *Message) {
	rec := &r.e.rec
	if len(m.Payload) == 0 {
		if old := r.current(m.Topic); old != nil {
			r.forget(old)
		}
		if m.QoS > 0 {
			m.gate = rec.gate()
		}
		return
	}
	if r.refuses(m) || r.e.rec.durable && !m.fitsRecord() {
		r.e.stats.RetainedDropped++
		return
	}
	r.set(m)
	write := func(f *fields) { m.write(f, rec.now) }
	if m.QoS == 0 {
		rec.putLazily(recordRetained, m.retained, 0, write)
		return
	}
	rec.put(recordRetained, m.retained, 0, write)
	m.gate = rec.gate()
}

// set makes m its topic's message, as long as we run.
func (r *retained) set(m *Message) {
	if old := r.current(m.Topic); old != nil {
		m.retained = old.retained
		r.bytes -= old.size()
	} else if m.retained == 0 {
		m.retained = r.e.rec.newID()
	}
	r.serial++
	m.serial = r.serial
	r.names.Set(m.Topic, m)
	r.bytes += m.size()
}

// current returns the message of a topic, or nil.
func (r *retained) current(name string) *Message {
	m, _ := r.names.Get(name)
	return m
}

func (r *retained) forget(m *Message) {
	r.names.Delete(m.Topic)
	r.bytes -= m.size()
	r.e.rec.erase(recordRetained, m.retained, 0)
}

// wake forgets what has expired.
func (r *retained) wake(now time.Duration) {
	var gone []*Message
	r.names.Each(func(_ string, m *Message) bool {
		if m.expired(now) {
			gone = append(gone, m)
		}
		return true
	})
	for _, m := range gone {
		r.forget(m)
	}
	r.e.alarms.set(&r.alarm, now+sweepEvery)
}
