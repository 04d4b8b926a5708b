package engine

import (
	"time"

	"mqttsn-gateway/mqtt"
)

// hold puts an entry of a session's queue on disk, if it is of the kind that is promised to survive, and closes its gate
// until it is there.
func (r *records) hold(session uint64, en *entry) {
	m := en.msg
	if !r.durable {
		return
	}
	if en.qos > 0 {
		if m.record == 0 {
			m.record = r.newID()
			r.put(recordMessage, m.record, 0, func(f *fields) { m.write(f, r.now) })
		}
		m.refs++
		en.record = r.newID()
		r.update(session, en, published)
		m.gate = r.gate()
	}
	en.gate = m.gate
}

// update writes how far an entry has come: the packet id under which it was sent, and whether the peer has it.
func (r *records) update(session uint64, en *entry, p phase) {
	if en.record != 0 {
		r.put(recordQueued, session, en.record, func(f *fields) { en.write(f, p) })
	}
}

// noteFlight writes the packet id under which an entry was sent, whenever there is something else to write.
func (r *records) noteFlight(session uint64, en *entry) {
	if en.record != 0 {
		r.putLazily(recordQueued, session, en.record, func(f *fields) { en.write(f, published) })
	}
}

func (en *entry) write(f *fields, p phase) {
	f.num(en.msg.record)
	f.num(uint64(en.qos))
	f.flags(en.retain, p == released)
	f.num(uint64(en.id))
	f.num(uint64(en.upstream))
	f.num(uint64(len(en.subIDs)))
	for _, id := range en.subIDs {
		f.num(uint64(id))
	}
}

// release forgets an entry, and its message with the last one.
func (r *records) release(session uint64, en *entry) {
	if en.record == 0 {
		return
	}
	r.drop(recordQueued, session, en.record)
	en.record = 0
	m := en.msg
	if m.refs--; m.refs == 0 {
		r.drop(recordMessage, m.record, 0)
		m.record = 0
	}
}

// write appends the message's fields. An expiry is kept as the time that was left: it counts while the gateway runs, so
// that a clock which is wrong after a power cut expires nothing.
func (m *Message) write(f *fields, now time.Duration) {
	f.string(m.Topic)
	f.bytes(m.Payload)
	f.num(uint64(m.QoS))
	f.flags(m.Retain, m.Props != nil, m.expires != never, m.upstream)
	if m.expires != never {
		f.int(int64(m.expires - now))
	}
	if p := m.Props; p != nil {
		writeProps(f, p)
	}
}

func (m *Message) read(f *fields, now time.Duration) {
	var props, expires bool
	m.Topic = f.readString()
	m.Payload = f.readBytes()
	m.QoS = uint8(f.readNum())
	f.readFlags(&m.Retain, &props, &expires, &m.upstream)
	m.expires = never
	if expires {
		m.expires = now + max(0, time.Duration(f.readInt()))
	}
	if props {
		m.Props = readProps(f)
	}
}

func writeProps(f *fields, p *mqtt.PublishProps) {
	f.flags(p.PayloadIsText)
	f.string(p.ContentType)
	f.string(p.ResponseTopic)
	f.bytes(p.CorrelationData)
	f.num(uint64(len(p.User)))
	for _, u := range p.User {
		f.string(u.Name)
		f.string(u.Value)
	}
}

func readProps(f *fields) *mqtt.PublishProps {
	p := new(mqtt.PublishProps)
	f.readFlags(&p.PayloadIsText)
	p.ContentType = f.readString()
	p.ResponseTopic = f.readString()
	if data := f.readBytes(); len(data) > 0 {
		p.CorrelationData = data
	}
	for n := f.readNum(); n > 0 && !f.bad; n-- {
		p.User = append(p.User, mqtt.UserProperty{Name: f.readString(), Value: f.readString()})
	}
	return p
}

// keepFlight puts an entry on disk together with the packet id under which it will be sent.
func (r *records) keepFlight(session uint64, en *entry) {
	if en.record == 0 {
		r.hold(session, en)
	} else {
		r.update(session, en, published)
	}
}
