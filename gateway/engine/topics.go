package engine

// A topicRef is how a PUBLISH names its topic: the kind of id and the id.
type topicRef struct {
	kind topicKind
	id   uint16
}

// A topicKind is a number space of topic ids.
type topicKind uint8

const (
	topicNormal     topicKind = iota // from REGISTER or SUBSCRIBE, each device its own
	topicPredefined                  // from the configuration
	topicShort                       // the two octets of the name; version 1.2 only
	_                                // reserved in version 1.2
	topicNamed                       // none: the full name stands in the packet; version 2.0 only
)

// topicTable holds the normal topic ids of one device. Ids count up from 1 and are never given to another name while
// the session lives (v1.2, 6.5 and 7.3).
type topicTable struct {
	entries []topicEntry      // the entry of id n is n-1
	byName  map[string]uint16 // only for tables too long to be searched
}

type topicEntry struct {
	name string

	// known says that the device has named the id itself, or was told it, since it connected: so PUBLISH may use it.
	known bool

	// told says that it was told at some time in this session. Such a device may be sent the id even if it does not
	// answer REGISTER, as RIOT's clients never do.
	told bool

	// refused says that the device refused the topic, or did not answer REGISTER: nothing of it is sent.
	refused bool
}

// indexedTopics is the length from which a table keeps a map of its names.
const indexedTopics = 16

// get returns the entry of an id, or nil.
func (t *topicTable) get(id uint16) *topicEntry {
	if id == 0 || int(id) > len(t.entries) {
		return nil
	}
	return &t.entries[id-1]
}

// find returns the id of a name, 0 if it has none.
func (t *topicTable) find(name string) uint16 {
	if t.byName != nil {
		return t.byName[name]
	}
	for i := range t.entries {
		if t.entries[i].name == name {
			return uint16(i + 1)
		}
	}
	return 0
}

// add returns the id of a name, a new one if it has none yet, or 0 if the table has its limit of entries.
func (t *topicTable) add(name string, limit int) uint16 {
	if id := t.find(name); id != 0 {
		return id
	}
	if len(t.entries) >= min(limit, maxTopicID) {
		return 0
	}
	t.entries = append(t.entries, topicEntry{name: name})
	id := uint16(len(t.entries))
	if t.byName != nil {
		t.byName[name] = id
	} else {
		t.index()
	}
	return id
}

// drop makes an id one that the device does not know.
func (t *topicTable) drop(id uint16) {
	if e := t.get(id); e != nil {
		e.known = false
	}
}

// index makes the map of a long table.
func (t *topicTable) index() {
	if len(t.entries) <= indexedTopics {
		return
	}
	t.byName = make(map[string]uint16, 2*len(t.entries))
	for i := range t.entries {
		t.byName[t.entries[i].name] = uint16(i + 1)
	}
}

// maxTopicID is the last id; 0xFFFF is reserved (v1.2, 5.3.11).
const maxTopicID = 0xfffe

// forget makes the device learn its ids anew: it may have rebooted and kept its session (v1.2, 6.5).
func (t *topicTable) forget() {
	for i := range t.entries {
		t.entries[i].known = false
		t.entries[i].refused = false
	}
}

// predefined topics, both ways.
type predefined struct {
	names map[uint16]string
	ids   map[string]uint16
}

// newPredefined joins tables; later ones win.
func newPredefined(tables ...map[uint16]string) *predefined {
	p := &predefined{names: make(map[uint16]string), ids: make(map[string]uint16)}
	for _, t := range tables {
		for id, name := range t {
			p.names[id] = name
		}
	}
	for id, name := range p.names {
		if other, ok := p.ids[name]; !ok || id < other {
			p.ids[name] = id
		}
	}
	return p
}

func shortName(id uint16) string { return string([]byte{byte(id >> 8), byte(id)}) }

func shortID(name string) (uint16, bool) {
	if len(name) != 2 {
		return 0, false
	}
	return uint16(name[0])<<8 | uint16(name[1]), true
}
