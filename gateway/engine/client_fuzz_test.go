package engine_test

import (
	"encoding/hex"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/gateway/store"
	"mqttsn-gateway/mqtt"
)

// FuzzClients lets two clients send any octets, through package mqtt, to an engine with a disk that is slow and crashes.
// Whatever they send, limits hold, what the engine sends can be encoded, and when they are gone and forgotten nothing of
// them is left, in memory and on disk.
func FuzzClients(f *testing.F) {
	for _, seed := range [][3]string{
		{hello5 + subscribe5 + publish5, hello311 + subscribe311 + publish311, "00 01 00 01 00 01 04"},
		{hello5 + subscribe5 + release5, hello5 + publish5, "00 00 01 01 04 00 02 00 05 00 04"},
		{hello5 + subscribe5 + hello5, hello311 + publish311 + publish311, "00 00 01 01 06 00 01 04 00 07"},
		{hello5 + subscribe5 + "e0 02 04 00", hello5 + publish5 + "e0 07 00 05 11 00000000", "00 00 01 01 00 01 04 07 07"},
		{hello5 + subscribe5 + release5, hello311 + subscribe311 + publish311, "00 00 04 01 01 01 01 04 00 01 04 05 00 36"},
		{"c0 00" + hello5, hello5 + "00 00" + hello311 + "32 ff ff ff 7f", "00 01 00 01 01 01"},
	} {
		f.Add(octets(seed[0]), octets(seed[1]), octets(seed[2]))
	}
	f.Fuzz(func(t *testing.T, a, b, schedule []byte) {
		w := newWireWorld(t, a, b)
		for _, step := range schedule[:min(len(schedule), 500)] {
			w.step(step)
			w.check()
		}
		w.end()
	})
}

// Packets for the seeds: client "a" in both versions, with sessions that are kept, wills that wait, QoS 2.
const (
	hello5       = "10 28 0004 4d515454 05 06 0001 0b 11 00000e10 21 0002 22 0005 0001 61 05 18 00000005 0001 77 0004 6c6f7374"
	hello311     = "10 14 0004 4d515454 04 0c 0001 0001 62 0001 77 0002 6f66"
	subscribe5   = "82 1b 0001 02 0b 07 0001 23 02 000b 24 7368617265 2f 67 2f 2b 2f 02 0001 74 05"
	subscribe311 = "82 0a 0001 0001 23 01 0001 74 02"
	publish5     = "35 0d 0001 74 0007 05 02 0000003c 6869" + "33 07 0001 75 0008 00 78" + "30 08 0001 74 03 23 0001 00"
	publish311   = "34 06 0001 74 0007 78" + "32 06 0001 74 0008 79" + "62 02 0007" + "31 03 0001 74"
	release5     = "40 02 0001" + "50 02 0001" + "70 02 0001" + "62 02 0007"
)

func octets(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

// A wireWorld is an engine, a disk, and two clients that send what they are given.
type wireWorld struct {
	t       *testing.T
	config  engine.Config
	engine  *engine.Engine
	disk    store.Store
	pending store.Batch // not on disk yet
	batch   uint64
	now     time.Duration
	out     engine.Out
	wires   [2]wire
	conns   map[engine.ConnID]*mqtt.Conn
	lastID  engine.ConnID
}

// A wire carries one client's octets, over as many connections as it takes.
type wire struct {
	octets []byte
	id     engine.ConnID // 0: not connected
}

func newWireWorld(t *testing.T, a, b []byte) *wireWorld {
	c := engine.DefaultConfig("udp")
	c.Durable = true
	c.Client.Max, c.Client.Subscriptions, c.Client.ReceiveMaximum, c.Client.MaxInFlight = 3, 4, 4, 4
	c.Client.Queue = engine.Limit{Messages: 8, Bytes: 1 << 12}
	c.Client.MaxSessionExpiry = time.Hour
	c.Retained = engine.Limit{Messages: 4, Bytes: 1 << 12}
	e, err := engine.New(c)
	require.NoError(t, err)
	return &wireWorld{
		t: t, config: c, engine: e, disk: store.Memory(), conns: make(map[engine.ConnID]*mqtt.Conn),
		wires: [2]wire{{octets: a}, {octets: b}},
	}
}

// step does what an octet of the schedule says.
func (w *wireWorld) step(step byte) {
	switch n := int(step >> 3); step & 7 {
	case 0, 1:
		w.receive(&w.wires[step&1])
	case 2, 3:
		w.lose(&w.wires[step&1], io.EOF)
	case 4:
		w.commit()
	case 5:
		w.crash()
	case 6:
		w.pass(time.Duration(n*n) * 10 * time.Second)
	case 7:
		for _, wi := range w.wires {
			w.engine.Buffered(w.now, wi.id, n<<18, &w.out) // which the engine may take for a slow reader
			w.carryOut()
		}
	}
}

// receive hands the next packet of a client to the engine.
func (w *wireWorld) receive(wi *wire) {
	if wi.id == 0 {
		w.lastID += 2
		wi.id = w.lastID - 1
		w.conns[wi.id] = mqtt.NewServerConn(&octetConn{wi: wi}, mqtt.Config{MaxPacketSize: 2000, TopicAliasMaximum: 3})
		w.engine.Accepted(w.now, wi.id, engine.ConnInfo{Remote: "fuzz", Welcome: true}, &w.out)
	}
	p, err := w.conns[wi.id].ReadPacket()
	if err != nil {
		w.lose(wi, err)
		return
	}
	w.engine.Packet(w.now, wi.id, p, &w.out)
	w.carryOut()
}

func (w *wireWorld) lose(wi *wire, err error) {
	if wi.id == 0 {
		return
	}
	if len(wi.octets) > 0 && errors.As(err, new(*mqtt.ProtocolError)) {
		wi.octets = wi.octets[1:] // or the next connection would begin with the same
	}
	id := wi.id
	w.engine.Lost(w.now, id, err, &w.out)
	w.carryOut()
	w.closed(id)
}

func (w *wireWorld) closed(id engine.ConnID) {
	if c := w.conns[id]; c != nil {
		c.Close()
		delete(w.conns, id)
	}
	for i := range w.wires {
		if w.wires[i].id == id {
			w.wires[i].id = 0
		}
	}
}

// carryOut sends what the engine lists, and lets its records wait for the disk.
func (w *wireWorld) carryOut() {
	if w.out.Records.Len() > 0 {
		w.pending.Append(&w.out.Records)
		w.batch = w.out.Batch
	}
	for i := 0; i < len(w.out.Conns); i++ {
		ef := w.out.Conns[i]
		c := w.conns[ef.Conn]
		switch {
		case c == nil:
		case ef.Close:
			w.closed(ef.Conn)
		default:
			if err := c.Send(ef.Packet); errors.Is(err, mqtt.ErrPacketTooLarge) {
				w.engine.Unsendable(w.now, ef.Conn, ef.Packet, &w.out)
			}
		}
	}
	w.out.Reset()
}

func (w *wireWorld) commit() {
	require.NoError(w.t, w.disk.Commit(&w.pending))
	w.pending.Reset()
	w.engine.Committed(w.now, w.batch, &w.out)
	w.carryOut()
}

// crash ends the engine; what is on disk is given to the next one.
func (w *wireWorld) crash() {
	for id := range w.conns {
		w.closed(id)
	}
	w.pending.Reset()
	w.batch = 0
	var err error
	w.engine, err = engine.New(w.config)
	require.NoError(w.t, err)
	r := w.engine.Restore(w.now)
	require.NoError(w.t, w.disk.Load(r.Add))
	require.NoError(w.t, r.Finish(w.now, &w.out))
	w.carryOut()
}

// pass lets time go by, from deadline to deadline.
func (w *wireWorld) pass(d time.Duration) {
	end := w.now + d
	for w.engine.Deadline() <= end {
		w.now = max(w.now, w.engine.Deadline())
		w.engine.Tick(w.now, &w.out)
		w.carryOut()
		require.Greater(w.t, w.engine.Deadline(), w.now, "a deadline that stays in the past")
	}
	w.now = end
}

// check wants the limits to hold.
func (w *wireWorld) check() {
	c := w.engine.Counts()
	require.LessOrEqual(w.t, c.Clients, 3)
	require.LessOrEqual(w.t, c.Conns, 2)
	require.LessOrEqual(w.t, c.Queued, 3*8)
	require.LessOrEqual(w.t, c.InFlight, 3*4)
	require.LessOrEqual(w.t, c.Subscriptions, 3*4)
	require.LessOrEqual(w.t, c.Retained, 4)
}

// end lets the clients go, and everything that is kept of them expire.
func (w *wireWorld) end() {
	for i := range w.wires {
		w.lose(&w.wires[i], io.EOF)
	}
	w.commit()
	w.pass(3 * time.Hour) // a will of the first hour makes messages for a session of the second
	w.commit()
	c := w.engine.Counts()
	require.Zero(w.t, c.Clients+c.Conns+c.Queued+c.InFlight+c.Inbound+c.Subscriptions+c.Waiting, "%+v", c)
	require.NoError(w.t, w.disk.Load(func(key, _ []byte) error {
		require.Equal(w.t, byte('r'), key[0], "record %x is left", key)
		return nil
	}))
}

// An octetConn gives what a client sends; what it gets is of no interest.
type octetConn struct {
	net.Conn // nil
	wi       *wire
}

func (c *octetConn) Read(b []byte) (int, error) {
	if len(c.wi.octets) == 0 {
		return 0, io.EOF
	}
	b[0] = c.wi.octets[0] // one at a time, so that nothing is lost with a connection
	c.wi.octets = c.wi.octets[1:]
	return 1, nil
}

func (c *octetConn) Write(b []byte) (int, error)      { return len(b), nil }
func (c *octetConn) SetDeadline(time.Time) error      { return nil }
func (c *octetConn) SetReadDeadline(time.Time) error  { return nil }
func (c *octetConn) SetWriteDeadline(time.Time) error { return nil }
func (c *octetConn) Close() error                     { return nil }
