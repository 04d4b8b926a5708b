package xbee

import (
	"context"
	"fmt"
	"strings"
	"time"

	"mqttsn-gateway/radio/xbee/frame"
)

// examine asks the modem everything, and writes it down.
func (d *doctor) examine(ctx context.Context) (err error) {
	if d.modem, err = d.interrogate(ctx); err != nil {
		return err
	}
	m := d.modem
	d.say("")
	d.say("modem         %v %s, firmware %04X, hardware %04X", m.Family, m.generation(), m.Firmware, m.Hardware)
	d.say("address       %v, 16-bit %v, name %q", m.Address, m.Address16, strings.TrimSpace(m.Name))
	d.say("network       PAN %X, channel %d, %s", m.currentPAN(), m.Channel, d.role())
	d.say("association   %s", association(m.Family, m.Association))
	d.say("encryption    %s", map[bool]string{false: "off (EE=0)", true: "on (EE=1): all nodes need the same key"}[m.Encrypted])
	d.say("serial        %d bit/s, %v, receive frames %s, CTS D7=%d, RTS D6=%d", d.baud, m.Mode, m.output(), m.CTS, m.RTS)
	d.say("payload       up to %d octets; broadcasts up to %d", m.MaxPayload, m.broadcastPayload())
	if v, err := d.ask(ctx, "%V"); err == nil {
		d.say("supply        %d mV", number(v))
	} else if !refused(err) {
		return err
	}
	d.say("")
	return nil
}

func (d *doctor) role() string {
	switch {
	case d.modem.Coordinator:
		return "coordinator (CE=1)"
	case d.modem.Family == Zigbee:
		return "router or end device (CE=0)"
	}
	return "peer (CE=0)"
}

// output names the frames in which a modem delivers packets.
func (m *Modem) output() string {
	switch {
	case m.legacy():
		return "0x80, 0x81"
	case m.Output&1 == 1:
		return "0x91"
	}
	return "0x90"
}

// neighbours lists the nodes that answer.
func (d *doctor) neighbours(ctx context.Context) error {
	if d.modem.Association != 0 {
		return nil
	}
	patience := 6 * time.Second
	if v, err := d.ask(ctx, "NT"); err == nil {
		patience = time.Duration(number(v)&0xFF) * 100 * time.Millisecond
	} else if !refused(err) {
		return err
	}
	parse := frame.ParseNeighbour
	if d.modem.Family == IEEE802154 {
		parse = frame.ParseNeighbour802154
	}
	count := 0
	err := d.collect(ctx, "ND", patience+answerTimeout, func(value []byte) {
		n, err := parse(value)
		if err != nil {
			return
		}
		if count++; count == 1 {
			d.say("nodes in reach:")
		}
		detail := n.Role.String()
		if d.modem.Family == IEEE802154 {
			detail = fmt.Sprintf("%d dBm", n.RSSI.DBm())
		}
		d.say("  %v  16-bit %v  %-20q  %s", n.Node, n.Node16, n.Name, detail)
	})
	if count == 0 && err == nil {
		d.say("no nodes in reach answer: they may sleep, be off, or have another PAN id, channel or key")
	}
	return err
}

// verdict writes down what is left to be done.
func (d *doctor) verdict() error {
	ready := true
	for _, f := range d.findings() {
		if f.fatal {
			ready = false
		}
		d.say("%s", f.text)
	}
	if !ready {
		return ErrNotReady
	}
	d.say("the modem is ready for a gateway at %d bit/s", d.baud)
	return nil
}
