package engine

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	v2 "mqttsn-gateway/mqttsn/v2"
	"mqttsn-gateway/mqttsn/v2/protection"
)

// ProtectionConfig is what protects packets of MQTT-SN 2.0 (v2.0, 3.17).
type ProtectionConfig struct {
	Keys   map[v2.SenderID]ProtectionKey // by the devices' sender identifiers; none: no device can be protected
	Random io.Reader                     // gives octets that nobody can guess; nil: crypto/rand
}

// ProtectionKey is what one device and the gateway have in common.
type ProtectionKey struct {
	Scheme    v2.Scheme
	Secret    []byte
	Gateway   v2.SenderID // of what we send to the device; several devices may have the same
	TagLen    int         // octets of our tags; 0: as long as the scheme makes them
	Uncounted bool        // take packets without a counter, which can be replayed
}

// fingerprint tells keys apart on disk; never 0. A device whose key is changed begins to count anew, and a key that comes
// back finds the window that it had.
func (k *ProtectionKey) fingerprint() uint64 {
	sum := sha256.Sum256(append([]byte{byte(k.Scheme)}, k.Secret...))
	return max(1, binary.BigEndian.Uint64(sum[:]))
}

// A Protected says what a link wants of its devices' packets.
type Protected uint8

const (
	ProtectionOptional  Protected = iota
	ProtectionRequired            // devices of version 2.0 must protect theirs; 1.2 does not know how, and is served
	ProtectionExclusive           // nobody else is served
)

// A protector opens protected packets and seals ours. It knows the keys, whose counters have come how far, and what a
// restart would know of that.
type protector struct {
	e        *Engine
	random   io.Reader
	guards   map[v2.SenderID]*guard
	counters map[v2.SenderID]*counter
	windows  map[windowID]protection.Window // of keys that are not in use at present
	warnings bucket                         // who forges packets must not fill the log

	opened, plain []byte // scratch: a packet that was opened, and one that is to be sealed
}

// A windowID names the packets of one sender under one key.
type windowID struct {
	sender v2.SenderID
	key    uint64 // fingerprint
}

// A guard stands between the gateway and one device.
type guard struct {
	window   windowID
	key      ProtectionKey
	receiver protection.Receiver
	sender   *protection.Sender
	counter  *counter
	session  *Device // of the device, the one that was located last; it may be gone or elsewhere

	// A restart must not accept again what was accepted before it: what is on disk covers the receiver's window, always,
	// before a packet is served.
	disk   protection.Window
	exact  bucket // how often the disk is told how things are; beyond that it is told that more has been seen
	gate   uint64 // the batch in which disk is written
	behind int    // packets that wait for it
}

// A restart refuses none that is new of a device that speaks now and then. Of one that speaks often the first few after a
// crash are refused: windowBlock at most.
const (
	windowBlock = 32
	exactRate   = 0.1 // a second
	exactBurst  = 30

	maxBehind = 16 // packets of one device that wait for the disk; it has one request under way
)

// Refusals that the log tells of, at a time and a second. The counters have all.
const (
	warningBurst = 10
	warningRate  = 0.1
)

// A counter counts what is sent in one name, to whomever.
type counter struct {
	*protection.Counter
	id        v2.SenderID
	limit     uint64 // that is on disk, or on its way
	reserving bool
}

// counterBlock is how many values are reserved on disk at a time.
const counterBlock = 1024

func (p *protector) init(e *Engine, cfg ProtectionConfig) error {
	*p = protector{
		e: e, random: cfg.Random, guards: make(map[v2.SenderID]*guard), counters: make(map[v2.SenderID]*counter),
		windows: make(map[windowID]protection.Window), warnings: newBucket(warningRate, warningBurst),
	}
	return p.setKeys(cfg.Keys)
}

// setKeys takes other keys into use, all or none. What is the same goes on; sessions of keys that are gone or changed lose
// their address.
func (p *protector) setKeys(keys map[v2.SenderID]ProtectionKey) error {
	fresh := make(map[v2.SenderID]*guard)
	for id, k := range keys {
		g, err := p.newGuard(id, k, keys)
		if err != nil {
			return err
		}
		fresh[id] = g
	}
	for _, id := range slices.SortedFunc(maps.Keys(p.guards), compareSenders) {
		p.retire(p.guards[id], fresh[id])
	}
	p.guards = fresh
	for _, g := range fresh {
		g.counter = p.counterOf(g.key.Gateway)
		g.sender.Counter = g.counter.Counter
		if w, known := p.windows[g.window]; known {
			g.receiver.Window, g.disk = w, w
			delete(p.windows, g.window)
		}
	}
	return nil
}

func compareSenders(a, b v2.SenderID) int { return bytes.Compare(a[:], b[:]) }

func (p *protector) newGuard(id v2.SenderID, k ProtectionKey, all map[v2.SenderID]ProtectionKey) (*guard, error) {
	key, err := protection.NewKey(k.Scheme, k.Secret)
	_, clash := all[k.Gateway]
	switch {
	case err != nil:
		return nil, fmt.Errorf("engine: key of %v: %w", id, err)
	case !k.Scheme.AllowsTag(k.TagLen):
		return nil, fmt.Errorf("engine: key of %v: %v has no tag of %d octets", id, k.Scheme, k.TagLen)
	case id == v2.SenderID{} || k.Gateway == v2.SenderID{}:
		return nil, fmt.Errorf("engine: key of %v: device and gateway need sender identifiers", id)
	case clash:
		return nil, fmt.Errorf("engine: key of %v: the gateway's sender identifier %v is that of a device", id, k.Gateway)
	}
	sender := protection.NewSender(key, k.Gateway, nil)
	sender.TagLen, sender.Random = k.TagLen, p.random
	return &guard{
		window: windowID{id, k.fingerprint()}, key: k, sender: sender,
		receiver: protection.Receiver{ID: id, Key: key, Uncounted: k.Uncounted},
		exact:    newBucket(exactRate, exactBurst),
	}, nil
}

// retire puts a key out of use. If its successor has the same one, that goes on where it stands.
func (p *protector) retire(old, successor *guard) {
	if successor != nil && successor.window == old.window {
		successor.receiver.Window, successor.disk = old.receiver.Window, old.disk
		successor.exact, successor.gate, successor.session = old.exact, old.gate, old.session
		return
	}
	p.windows[old.window] = old.receiver.Window
	for _, d := range p.e.devicesOf(old.window.sender) {
		p.e.out.note(NoteKeyGone, d.id, d.addr, "")
		d.unlocate() // the session goes on; the device comes back with the new key
	}
}

func (p *protector) counterOf(id v2.SenderID) *counter {
	c := p.counters[id]
	if c == nil {
		c = &counter{Counter: protection.NewCounter(0), id: id}
		p.counters[id] = c
	}
	return c
}

// SetKeys puts other keys of protected devices in force. Sessions of keys that are gone or changed are kept, and can go on
// when the device is heard under a key that is right. On an error nothing has changed.
func (e *Engine) SetKeys(now time.Duration, keys map[v2.SenderID]ProtectionKey, out *Out) error {
	e.enter(now, out)
	return e.protector.setKeys(keys)
}

// devicesOf returns the sessions whose address is that of a protected sender, ordered by name.
func (e *Engine) devicesOf(sender v2.SenderID) (ds []*Device) {
	for a, d := range e.byAddr {
		if a.Sender == sender {
			ds = append(ds, d)
		}
	}
	slices.SortFunc(ds, func(a, b *Device) int { return cmp.Compare(a.id, b.id) })
	return ds
}

// located notes where a protected device has its session. Packets of its sender from elsewhere go there too.
func (p *protector) located(d *Device) {
	if g := p.guards[d.addr.Sender]; g != nil {
		g.session = d
	}
}

// find is the session that packets from a belong to; nil if there is none. A protected device is known by its Sender
// Identifier, and served wherever it sends from (v2.0, 4.2).
func (p *protector) find(a Addr) *Device {
	if d := p.e.byAddr[a]; d != nil {
		return d
	}
	g := p.guards[a.Sender]
	if g == nil || g.session == nil {
		return nil
	}
	d := g.session
	if !d.located || d.addr.Sender != a.Sender || !d.state.live() || p.e.permits(d.client, d.proof.name(), a, nil).Failed() {
		return nil
	}
	d.locate(a)
	d.save()
	return d
}
