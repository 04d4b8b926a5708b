package xbee

import (
	"encoding/binary"
	"time"
)

// fromHost takes octets that have come over the serial line.
func (m *Modem) fromHost(b []byte) {
	m.air.mu.Lock()
	defer m.air.mu.Unlock()
	m.stats.FromHost += uint64(len(b))
	if !m.booted {
		return
	}
	for _, c := range b {
		if m.set.number("AP") == 0 {
			m.text.octet(m, c, time.Now())
			continue
		}
		m.decoder.apiMode = byte(m.set.number("AP"))
		if content := m.decoder.next(c); content != nil {
			m.request(content)
		}
	}
	m.stats.BadFrames = m.decoder.bad
}

// toHost sends a frame over the serial line, if the module has one and is in API mode. The air is locked.
func (m *Modem) toHost(content []byte) {
	if mode := byte(m.set.number("AP")); mode != 0 {
		m.write(encode(mode, content))
	}
}

func (m *Modem) write(octets []byte) {
	if m.plugged == nil {
		return
	}
	select {
	case m.plugged.out <- outgoing{octets, time.Now(), m.set.baud()}:
		m.stats.ToHost += uint64(len(octets))
	default:
	}
}

// request does what a frame from the host asks for. A frame that is too short, or of an unknown type, is ignored.
func (m *Modem) request(f []byte) {
	kind := f[0]
	legacy := m.cfg.Family == Series1 || m.cfg.Family == IEEE802154
	modern := m.cfg.Family != Series1
	switch {
	case (kind == 0x08 || kind == 0x09) && len(f) >= 4:
		m.command(f[1], string(f[2:4]), f[4:], kind == 0x09)
	case kind == 0x10 && modern && len(f) >= 14:
		m.transmit(f[1], &packet{to: binary.BigEndian.Uint64(f[2:]), to16: binary.BigEndian.Uint16(f[10:]), data: f[14:]},
			0x8B)
	case kind == 0x11 && modern && len(f) >= 20:
		m.transmit(f[1], &packet{to: binary.BigEndian.Uint64(f[2:]), to16: binary.BigEndian.Uint16(f[10:]),
			explicit: f[12:18], data: f[20:]}, 0x8B)
	case kind == 0x00 && legacy && len(f) >= 11:
		m.transmit(f[1], &packet{to: binary.BigEndian.Uint64(f[2:]), to16: unknown16, data: f[11:]}, 0x89)
	case kind == 0x01 && legacy && len(f) >= 5:
		p := &packet{to: unknown64, to16: binary.BigEndian.Uint16(f[2:]), data: f[5:]}
		if p.to16 == broadcastAddress {
			p.to = broadcastAddress
		}
		m.transmit(f[1], p, 0x89)
	}
}

const (
	statusNotJoined = 0x22
	statusSelf      = 0x23
	statusNoBuffer  = 0x32
	statusTooLarge  = 0x74
)

// transmit hands a packet to the air, and answers with a status frame of that kind unless the id is 0.
func (m *Modem) transmit(id byte, p *packet, statusKind byte) {
	p.from = &m.station
	power := m.power
	p.settled = func(status byte, used uint16, repeated int) {
		if m.power != power {
			return
		}
		m.occupied -= p.occupies
		if p.broadcast() {
			status = statusOK
		}
		switch {
		case id == 0:
		case statusKind == 0x89:
			m.toHost([]byte{0x89, id, status})
		default:
			m.toHost([]byte{0x8B, id, byte(used >> 8), byte(used), byte(repeated), status, 0})
		}
	}
	if id == 0 {
		m.stats.ZeroIDs++
	}
	switch limit := m.set.payload(m.cfg.Family); {
	case !m.station.on:
		p.settled(statusNotJoined, 0xFFFD, 0)
	case len(p.data) > limit || p.broadcast() && m.cfg.Family == Zigbee && len(p.data) > fragment:
		p.settled(statusTooLarge, 0xFFFD, 0)
	case p.to == m.cfg.Address:
		p.settled(statusSelf, 0xFFFD, 0)
	case !m.reserve(p):
		m.stats.Overrun++
	case m.air.submit(p) != nil:
		m.stats.Refused++
		p.settled(statusNoBuffer, 0xFFFD, 0)
	default:
		m.stats.AirPackets++
	}
}

// firstBuffer is the serial buffer of the first generation, in octets.
const firstBuffer = 202

// reserve takes room in the first generation's serial buffer. What does not fit is lost, without a word.
func (m *Modem) reserve(p *packet) bool {
	if m.cfg.Family != Series1 {
		return true
	}
	if m.occupied+len(p.data) > firstBuffer {
		return false
	}
	p.occupies = len(p.data)
	m.occupied += p.occupies
	return true
}

// sent implements host: a module's queue has no one who waits.
func (m *Modem) sent() {}

// serialData is the endpoint of plain packets.
var serialData = []byte{0xE8, 0xE8, 0x00, 0x11, 0xC1, 0x05}

// receive implements host: a packet has come over the air.
func (m *Modem) receive(p *packet) bool {
	if m.plugged == nil || len(m.plugged.out) == cap(m.plugged.out) {
		return false
	}
	m.heard = p.from.rssi
	m.set["DB"] = []byte{p.from.rssi}
	source, short := p.from.address, p.from.short
	if p.from.shortOnly {
		source = unknown64
	}
	options := byte(0x01)
	if p.broadcast() {
		options = 0x02
	}
	var f []byte
	switch ao := m.set.number("AO"); {
	case m.cfg.Family == Series1 || m.cfg.Family == IEEE802154 && ao == 2:
		if p.from.shortOnly {
			f = append([]byte{0x81}, big(uint64(short), 2)...)
		} else {
			f = append([]byte{0x80}, big(source, 8)...)
		}
		f = append(f, p.from.rssi, options&^0x01)
	case ao&1 == 1:
		f = append(append([]byte{0x91}, big(source, 8)...), big(uint64(short), 2)...)
		endpoint := p.explicit
		if endpoint == nil {
			endpoint = serialData
		}
		f = append(append(f, endpoint...), options)
	case p.explicit != nil && string(p.explicit) != string(serialData):
		return true // not for the serial port
	default:
		f = append(append([]byte{0x90}, big(source, 8)...), big(uint64(short), 2)...)
		f = append(f, options)
	}
	m.toHost(append(f, p.data...))
	return true
}
