package client

import "mqttsn-gateway/mqttsn"

// topics are the normal topic ids of a session, as learnt from REGACK, SUBACK and the gateway's REGISTER.
type topics struct {
	max   int
	names map[uint16]string // for what comes in
	ids   map[string]uint16 // for what goes out
}

// add remembers an id. It returns false if there is no room.
func (t *topics) add(id uint16, name string) bool {
	if t.names == nil {
		t.names = make(map[uint16]string)
	}
	if t.ids == nil {
		t.ids = make(map[string]uint16)
	}
	old, known := t.names[id]
	if !known && len(t.names) >= t.max && !t.tidy() {
		return false
	}
	if known && t.ids[old] == id {
		delete(t.ids, old)
	}
	t.names[id], t.ids[name] = name, id
	return true
}

// tidy forgets ids that have been replaced by others, and tells whether this made room.
func (t *topics) tidy() bool {
	for id, name := range t.names {
		if t.ids[name] != id {
			delete(t.names, id)
		}
	}
	return len(t.names) < t.max
}

// forget stops publishing under an id that the gateway does not know.
func (t *topics) forget(id uint16) {
	if name, ok := t.names[id]; ok && t.ids[name] == id {
		delete(t.ids, name)
	}
}

// startSession prepares for a new connection. The gateway may number topics afresh, so what we publish to is registered
// again; it may also go on using the ids of a session that it has kept (6.3).
func (t *topics) startSession(clean bool) {
	t.ids = nil
	if clean {
		t.clear()
	}
}

// clear begins with nothing.
func (t *topics) clear() { t.ids, t.names = nil, nil }

// validID tells whether an id can be assigned to a topic (5.3.11).
func validID(id uint16) bool { return id != mqttsn.NoTopicID && id != mqttsn.ReservedTopicID }
