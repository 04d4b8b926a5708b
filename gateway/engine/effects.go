package engine

import (
	"mqttsn-gateway/gateway/store"
	"mqttsn-gateway/mqtt"
	"mqttsn-gateway/radio"
)

// An Out collects what the engine wants done. The driver hands the same Out to every event of a batch, carries it out,
// in the order of each list, and resets it. Slices in it are valid until Reset.
type Out struct {
	Datagrams  []Datagram
	Broadcasts []Broadcast
	Conns      []ConnEffect
	Checks     []Check
	Notes      []Note

	// Records are to be committed to the store in one piece, and Committed called with Batch when they are on disk. If
	// Urgent is set something waits for them; else they may wait for the next batch.
	Records store.Batch
	Batch   uint64
	Urgent  bool

	buf []byte // datagrams are encoded here, one behind the other
}

// Reset empties the lists and keeps their memory.
func (o *Out) Reset() {
	clear(o.Conns)
	clear(o.Checks)
	clear(o.Notes)
	o.Datagrams, o.Broadcasts, o.Conns, o.Notes = o.Datagrams[:0], o.Broadcasts[:0], o.Conns[:0], o.Notes[:0]
	o.Checks = o.Checks[:0]
	o.Records.Reset()
	o.Urgent = false
	if cap(o.buf) > maxKeptBuffer {
		o.buf = nil
	}
	o.buf = o.buf[:0]
}

// maxKeptBuffer bounds the memory that a burst leaves behind, in octets.
const maxKeptBuffer = 1 << 20

// A Datagram goes to one peer of a link.
type Datagram struct {
	Link LinkID
	Peer radio.Peer
	Data []byte
}

// A Broadcast goes to everyone in reach of a link.
type Broadcast struct {
	Link   LinkID
	Radius uint8
	Data   []byte
}

// A ConnID names an MQTT connection. The driver gives odd numbers to connections that it accepted, the engine even ones
// to those that it asks to be dialled. A number is never used again.
type ConnID uint64

// A ConnEffect does one thing to an MQTT connection; exactly one of Packet, Dial and Close is set.
type ConnEffect struct {
	Conn   ConnID
	Packet mqtt.Packet // send this
	Dial   *Dial       // connect to the upstream broker; answer with Dialed or Lost
	Close  bool        // close, after what was sent before has left
}

// Dial asks for a connection to the upstream broker.
type Dial struct {
	ClientID string // ours at the broker
	Device   string // client id of the device that it is for; empty for the gateway's own
	Override string // which of Config.Devices holds for the device; empty for none
	Broker   int    // which of UplinkConfig.Brokers to connect to
}

// A NoteKind says what a Note tells. Its String is a fixed sentence, so that people can search for it and machines
// count it.
type NoteKind uint8

// A Note is something that an operator or a developer may want to know: a line of the log.
type Note struct {
	Kind   NoteKind
	Client string // client id, empty when none is concerned
	Addr   Addr   // zero when none is concerned
	Text   string // the detail: a reason, a topic, an error
	Conn   ConnID
}

func (o *Out) note(kind NoteKind, client string, addr Addr, text string) {
	o.Notes = append(o.Notes, Note{Kind: kind, Client: client, Addr: addr, Text: text})
}
