package xbee

import (
	"context"
	"errors"
	"fmt"

	"mqttsn-gateway/radio/xbee/frame"
)

// settings are what we want to know of every modem, in this order. A modem that does not know one skips it.
var settings = []struct {
	command string
	store   func(m *Modem, v []byte)
}{
	{"HV", func(m *Modem, v []byte) { m.Hardware = uint16(number(v)) }},
	{"VR", func(m *Modem, v []byte) { m.Firmware = uint16(number(v)) }},
	{"AO", func(m *Modem, v []byte) { m.Output = int(number(v) & 3) }},
	{"SH", func(m *Modem, v []byte) { m.Address |= frame.Addr64(number(v) << 32) }},
	{"SL", func(m *Modem, v []byte) { m.Address |= frame.Addr64(uint32(number(v))) }},
	{"MY", func(m *Modem, v []byte) { m.Address16 = frame.Addr16(number(v)) }},
	{"NI", func(m *Modem, v []byte) { m.Name = string(v) }},
	{"ID", func(m *Modem, v []byte) { m.PAN, m.PAN16 = number(v), uint16(number(v)) }},
	{"OI", func(m *Modem, v []byte) { m.PAN16 = uint16(number(v)) }},
	{"CH", func(m *Modem, v []byte) { m.Channel = uint8(number(v)) }},
	{"CE", func(m *Modem, v []byte) { m.Coordinator = number(v) != 0 }},
	{"EE", func(m *Modem, v []byte) { m.Encrypted = number(v) != 0 }},
	{"NP", func(m *Modem, v []byte) { m.MaxPayload = int(number(v)) }},
	{"SM", func(m *Modem, v []byte) { m.Sleep = uint8(number(v)) }},
	{"D6", func(m *Modem, v []byte) { m.RTS = uint8(number(v)) }},
	{"D7", func(m *Modem, v []byte) { m.CTS = uint8(number(v)) }},
	{"AI", func(m *Modem, v []byte) { m.Association = uint8(number(v)) }},
}

// probe finds out how the modem frames, and sets the line to it. With the first ids, the question and its answers look
// the same in both modes (reference, section 2).
func (c *console) probe(ctx context.Context) (frame.Mode, error) {
	c.line.setMode(frame.Plain)
	c.ids.again()
	v, err := c.ask(ctx, "AP")
	if err != nil {
		return 0, err
	}
	m := frame.Mode(number(v))
	if m != frame.Plain && m != frame.Escaped {
		return 0, fmt.Errorf("the modem claims to be in API mode %d, which is none", m)
	}
	c.line.setMode(m)
	return m, nil
}

// interrogate asks the modem everything. It reports errors of the line only; what is wrong with the modem, the caller
// has to judge.
func (c *console) interrogate(ctx context.Context) (*Modem, error) {
	mode, err := c.probe(ctx)
	if err != nil {
		return nil, err
	}
	m := &Modem{Mode: mode, Output: noAO}
	if m.Family, err = c.family(ctx, m); err != nil {
		return nil, err
	}
	for _, s := range settings {
		v, err := c.ask(ctx, s.command)
		if refused(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		s.store(m, v)
	}
	if m.MaxPayload <= 0 {
		m.MaxPayload = m.tablePayload()
	}
	c.line.parser.SetLimit(max(frame.DefaultLimit, m.MaxPayload+24))
	return m, nil
}

// family tells the firmware by commands that only one kind has: version numbers are ambiguous across generations.
func (c *console) family(ctx context.Context, m *Modem) (Family, error) {
	v, err := c.ask(ctx, "OP")
	if err == nil {
		m.OperatingID = number(v)
		return Zigbee, nil
	}
	if !refused(err) {
		return 0, err
	}
	if _, err = c.ask(ctx, "NH"); err == nil {
		return DigiMesh, nil
	}
	if !refused(err) {
		return 0, err
	}
	return IEEE802154, nil
}

// refused tells whether the modem has answered, and does not know the command.
func refused(err error) bool {
	var at *ATError
	return errors.As(err, &at)
}
