package engine

import (
	"time"

	v2 "mqttsn-gateway/mqttsn/v2"
	"mqttsn-gateway/radio"
)

// save puts what the session is on disk: who and where the device is, its state and its will. Topic ids, subscriptions,
// queued messages and QoS 2 ids are records of their own.
func (d *Device) save() {
	d.e.rec.put(recordDevice, d.record, 0, func(f *fields) {
		f.string(recordedID(d.sender, d.client))
		f.num(uint64(d.state))
		f.flags(d.clean, d.noDUP, d.located, d.addr.Forwarded, d.will != nil, d.mapping != nil)
		f.string(d.identity)
		f.int(int64(d.keepAlive))
		f.int(int64(d.sleepFor))
		if d.located {
			f.string(d.link.Name)
			f.string(d.e.formatPeer(d.addr))
			f.string(d.addr.Node)
		}
		if d.mapping != nil {
			d.mapping.save(f)
		}
		if w := d.will; w != nil {
			f.string(w.topic)
			f.bytes(w.payload)
			f.num(uint64(w.qos))
			f.flags(w.retain)
		}
		if t := d.traits(); t.version != v2.V12 { // where the record ends: it knows nothing of the rest
			f.num(uint64(t.version))
			f.int(int64(d.keptFor))
			f.num(uint64(d.maxSize))
			f.num(uint64(d.awakeMax))
			f.flags(d.addr.Forwarder2, d.proof != nil)
			if d.proof != nil {
				d.proof.write(f)
			}
			d.dialect.write(f)
		}
	})
}

// restoreDevice makes a session of its record.
func (e *Engine) restoreDevice(record uint64, f *fields) *Device {
	sender, clientID := readRecordedID(f.readString())
	d := e.newDevice(sender, clientID, v12{})
	d.record, d.accepted = record, true
	state := State(f.readNum())
	var located, forwarded, hasWill, mapped bool
	f.readFlags(&d.clean, &d.noDUP, &located, &forwarded, &hasWill, &mapped)
	identity := f.readString()
	d.keepAlive = time.Duration(f.readInt())
	d.sleepFor = time.Duration(f.readInt())
	var link, peer, node string
	if located {
		link, peer, node = f.readString(), f.readString(), f.readString()
	}
	if mapped {
		d.restoreMapping(f)
	}
	if hasWill {
		d.will = &will{topic: f.readString(), payload: f.readBytes(), qos: uint8(f.readNum())}
		f.readFlags(&d.will.retain)
	}
	var forwarder2 bool
	if len(f.b) > 0 && v2.Version(f.readNum()) == v2.V20 {
		d.keptFor = time.Duration(f.readInt())
		d.maxSize, d.awakeMax = uint16(f.readNum()), int32(f.readNum())
		var shown bool
		f.readFlags(&forwarder2, &shown)
		if shown {
			d.proof = readProof(f)
		}
		d.dialect = &v20{}
		d.dialect.read(f)
	}
	if a, ok := e.parseAddr(link, peer); located && ok {
		a.Forwarded, a.Forwarder2, a.Node, a.Sender = forwarded, forwarder2, node, d.sender
		d.locate(a)
	}
	d.identity = identity // of a DTLS connection that ended with the last run
	if state == Awake {
		state = Asleep // its window ended with us; it will ask again
	}
	if state > Lost {
		f.bad = true
		state = Disconnected
	}
	d.enter(state)
	return d
}

func (e *Engine) formatPeer(a Addr) string {
	if e.cfg.FormatPeer == nil {
		return string(a.Peer[:])
	}
	return e.cfg.FormatPeer(a.Link, a.Peer)
}

// parseAddr finds the link by its name; a device of a link that is gone has no address until it is heard.
func (e *Engine) parseAddr(link, peer string) (Addr, bool) {
	for i := range e.cfg.Links {
		if e.cfg.Links[i].Name != link {
			continue
		}
		a := Addr{Link: LinkID(i)}
		if e.cfg.ParsePeer == nil {
			copy(a.Peer[:], peer)
			return a, true
		}
		var err error
		a.Peer, err = e.cfg.ParsePeer(a.Link, peer)
		return a, err == nil && a.Peer != radio.Peer{}
	}
	return Addr{}, false
}

func (d *Device) saveTopic(id uint16) {
	t := d.topics.get(id)
	d.e.rec.put(recordTopic, d.record, uint64(id), func(f *fields) {
		f.string(t.name)
		f.flags(t.told)
	})
}

// restoreTopic puts a topic id back. Records come in no particular order, so that the table may have gaps for a while.
func (d *Device) restoreTopic(id uint16, f *fields) {
	name := f.readString()
	var told bool
	f.readFlags(&told)
	if id == 0 || f.bad {
		f.bad = true
		return
	}
	for len(d.topics.entries) < int(id) {
		d.topics.entries = append(d.topics.entries, topicEntry{})
	}
	// The device knew its ids before the restart, and has not noticed it.
	d.topics.entries[id-1] = topicEntry{name: name, known: told && d.state.live(), told: told}
}

func (d *Device) saveSub(s *subscription) {
	d.e.rec.put(recordSub, d.record, s.record, s.write)
}

func (s *subscription) write(f *fields) {
	f.string(s.share)
	f.string(s.filter)
	f.num(uint64(s.qos))
	f.flags(s.noLocal, s.retainAsPublished, s.owed != nil)
	f.num(uint64(s.id))
	f.num(uint64(s.topic.kind))
	f.num(uint64(s.topic.id))
	if s.owed != nil {
		s.owed.write(f)
	}
}

func (s *subscription) read(f *fields) {
	s.share = f.readString()
	s.filter = f.readString()
	s.qos = uint8(f.readNum())
	var owed bool
	f.readFlags(&s.noLocal, &s.retainAsPublished, &owed)
	s.id = uint32(f.readNum())
	s.topic.kind = topicKind(f.readNum())
	s.topic.id = uint16(f.readNum())
	if owed {
		s.owed = readReplay(f)
	}
}

func (d *Device) saveInbound(in *inbound) {
	if in.qos != 2 {
		return
	}
	d.e.rec.put(recordInbound, d.record, uint64(in.msgID)+1, func(f *fields) {
		f.num(uint64(in.topic.kind))
		f.num(uint64(in.topic.id))
		f.num(uint64(in.sum))
	})
}

// restoreInbound puts a QoS 2 id back. It is on disk together with its message, so that message is safe, unless it is
// still on its way to the broker, which its own record says later.
func (d *Device) restoreInbound(number uint64, f *fields) {
	in := inbound{qos: 2, msgID: uint16(number - 1), safe: true}
	in.topic.kind = topicKind(f.readNum())
	in.topic.id = uint16(f.readNum())
	in.sum = uint32(f.readNum())
	d.inbound = append(d.inbound, in)
}
