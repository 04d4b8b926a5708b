package xbee

import (
	"maps"
	"slices"
	"time"
)

// Answers to an AT command.
const (
	atOK       = 0
	atError    = 1
	atUnknown  = 2
	atBadValue = 3
)

// command handles an AT command in a frame.
func (m *Modem) command(id byte, name string, value []byte, queue bool) {
	answer := func(status byte, value []byte) {
		if id != 0 {
			m.toHost(append([]byte{0x88, id, name[0], name[1], status}, value...))
		}
	}
	if name == "ND" {
		m.discover(answer)
		return
	}
	if queue && len(value) > 0 {
		status := m.acceptable(name, value)
		if status == atOK {
			m.queued[name] = slices.Clone(value)
		}
		answer(status, nil)
		return
	}
	m.applyQueued()
	status, result := m.at(name, value)
	answer(status, result)
	m.apply()
}

// at reads or changes a setting, or carries out a command, and returns the answer. What has changed applies with apply:
// the answer still goes out in the old way.
func (m *Modem) at(name string, value []byte) (status byte, result []byte) {
	switch name {
	case "AC":
		m.applyQueued()
		return atOK, nil
	case "WR":
		for _, changed := range m.changed {
			m.flash[changed] = m.set[changed]
		}
		maps.Copy(m.flash, m.queued)
		return atOK, nil
	case "RE":
		defaults := factory(m.cfg)
		for name := range defaults {
			if !readOnly[name] {
				m.change(name, defaults[name])
			}
		}
		return atOK, nil
	case "FR", "NR":
		m.air.plan(time.Now().Add(m.cfg.Boot), func() {
			if m.booted {
				m.boot(false)
			}
		})
		return atOK, nil
	case "CN":
		return atOK, nil
	}
	if len(value) == 0 {
		known, ok := m.set[name]
		switch {
		case !ok:
			return atUnknown, nil
		case secret[name]:
			return atOK, nil
		}
		return atOK, known
	}
	if status := m.acceptable(name, value); status != atOK {
		return status, nil
	}
	m.change(name, slices.Clone(value))
	return atOK, nil
}

// acceptable tells whether a setting can have that value.
func (m *Modem) acceptable(name string, value []byte) byte {
	if _, ok := m.set[name]; !ok {
		return atUnknown
	}
	limit, limited := limits[name]
	if readOnly[name] || len(value) > 20 || limited && (settings{name: value}).number(name) > limit {
		return atBadValue
	}
	return atOK
}

// change notes a change, which apply makes.
func (m *Modem) change(name string, value []byte) {
	m.queued[name] = value
	m.changed = append(m.changed, name)
}

func (m *Modem) applyQueued() {
	for name := range m.queued {
		m.changed = append(m.changed, name)
	}
	m.apply()
}

// apply makes what was changed effective. Another network means joining again.
func (m *Modem) apply() {
	if len(m.queued) == 0 {
		return
	}
	network := m.set.number("ID")<<1 | m.set.number("CE")
	maps.Copy(m.set, m.queued)
	m.queued = settings{}
	m.station.short = uint16(m.set.number("MY"))
	if network != m.set.number("ID")<<1|m.set.number("CE") && m.station.on {
		m.enter()
	}
}

// discover answers ND: once for each station in the network, and empty at the end.
func (m *Modem) discover(answer func(status byte, value []byte)) {
	for _, s := range m.air.stations {
		if s == &m.station || !s.on || s.pan != m.station.pan {
			continue
		}
		v := append(big(uint64(s.short), 2), big(s.address, 8)...)
		if m.station.family == IEEE802154 {
			v = append(v, s.rssi)
		}
		v = append(append(v, s.host.name()...), 0)
		if m.station.family != IEEE802154 {
			v = append(v, 0xFF, 0xFE, 1, 0, 0xC1, 0x05, 0x10, 0x1E) // a router without a parent
		}
		answer(atOK, v)
	}
	if m.station.family == IEEE802154 {
		answer(atOK, nil)
	}
}
