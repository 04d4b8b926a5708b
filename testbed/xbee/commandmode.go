package xbee

import (
	"encoding/hex"
	"strings"
	"time"
)

// A commandMode is what a module in transparent mode listens for: silence, +++, silence; and then AT commands in text.
// What else comes would go over the air to wherever DH and DL point, which the emulator leaves out.
type commandMode struct {
	active bool
	until  time.Time // when command mode ends by itself
	last   time.Time // when the latest octet came
	pluses int
	line   []byte
}

// octet takes an octet from the host.
func (t *commandMode) octet(m *Modem, c byte, now time.Time) {
	guard := time.Duration(m.set.number("GT")) * time.Millisecond
	silence := now.Sub(t.last)
	t.last = now
	if t.active && now.After(t.until) {
		t.active = false
	}
	if !t.active {
		switch {
		case c != '+':
			t.pluses = 0
		case t.pluses == 0 && silence >= guard || t.pluses == 1 || t.pluses == 2:
			t.pluses++
		}
		if t.pluses == 3 {
			t.pluses = 0
			power := m.power
			m.air.plan(now.Add(guard), func() {
				if m.power == power && m.text.last.Equal(now) { // nothing has come since
					m.text.enter(m)
				}
			})
		}
		return
	}
	if c != '\r' {
		t.line = append(t.line[:min(len(t.line), 100)], c)
		return
	}
	line := string(t.line)
	t.line = nil
	t.prolong(m)
	t.command(m, line)
}

func (t *commandMode) enter(m *Modem) {
	t.active, t.line = true, nil
	t.prolong(m)
	m.write([]byte("OK\r"))
}

func (t *commandMode) prolong(m *Modem) {
	t.until = t.last.Add(time.Duration(m.set.number("CT")) * 100 * time.Millisecond)
}

// command carries out a line like ATAP 1.
func (t *commandMode) command(m *Modem, line string) {
	line = strings.ToUpper(strings.TrimSpace(line))
	name, value, _ := strings.Cut(strings.TrimPrefix(line, "AT")+" ", " ")
	if len(name) > 2 {
		name, value = name[:2], name[2:]
	}
	value = strings.TrimSpace(value)
	if len(value)%2 == 1 {
		value = "0" + value
	}
	b, err := hex.DecodeString(value)
	if !strings.HasPrefix(line, "AT") || len(name) != 2 || err != nil {
		m.write([]byte("ERROR\r"))
		return
	}
	status, result := m.at(name, b)
	switch {
	case status != atOK:
		m.write([]byte("ERROR\r"))
	case len(result) > 0:
		m.write([]byte(strings.TrimLeft(strings.ToUpper(hex.EncodeToString(result)), "0") + "\r"))
	default:
		m.write([]byte("OK\r"))
	}
	switch name {
	case "CN", "AC":
		m.applyQueued()
		t.active = t.active && name != "CN"
		m.decoder = decoder{}
	}
}
