package xbee

import (
	"context"
	"fmt"
)

// A finding is something about a modem that its owner should know.
type finding struct {
	text    string
	fatal   bool   // a gateway cannot work like that
	command string // the setting that mends it, if there is one
	value   []byte
}

// findings are what is wrong with the modem, or differs from what is wanted.
func (d *doctor) findings() (fs []finding) {
	m := d.modem
	if m.Sleep != 0 {
		fs = append(fs, finding{fmt.Sprintf("it sleeps (SM=%d): a gateway's modem must listen always", m.Sleep), true, "SM", []byte{0}})
	}
	if m.CTS != 1 {
		fs = append(fs, finding{"it does not tell by CTS when its buffer is full (D7 is not 1)", false, "D7", []byte{1}})
	}
	if m.RTS == 1 {
		fs = append(fs, finding{"it waits for RTS (D6=1): without that wire, or with flow control off, it stays silent", false, "", nil})
	}
	if d.cfg.Coordinator && m.Family == Zigbee && !m.Coordinator {
		fs = append(fs, finding{"it is not the coordinator (CE=0)", true, "CE", []byte{1}})
	}
	if pan := d.cfg.PAN; pan != nil && *pan != m.PAN {
		fs = append(fs, finding{fmt.Sprintf("its PAN id (ID) is %X, wanted %X", m.PAN, *pan), true, "ID", minimal(*pan)})
	}
	if mode := d.cfg.APIMode; mode != 0 && mode != m.Mode {
		fs = append(fs, finding{fmt.Sprintf("it is in %v, wanted %v", m.Mode, mode), true, "AP", []byte{byte(mode)}})
	}
	if rate := d.cfg.SetBaud; rate != 0 && rate != d.baud {
		fs = append(fs, finding{fmt.Sprintf("it runs at %d bit/s, wanted %d", d.baud, rate), true, "BD", bdOf(rate)})
	} else if d.baud < 38400 {
		fs = append(fs, finding{fmt.Sprintf("%d bit/s is slow: a message of 25 octets takes %d ms", d.baud, 43*10*1000/d.baud), false, "", nil})
	}
	if m.Association != 0 {
		fs = append(fs, finding{"it has not joined a network: " + association(m.Family, m.Association), true, "", nil})
	}
	return fs
}

// fix changes what the findings say, and saves it. A change of the baud rate comes last: if the modem does not answer at
// the new rate, nothing is saved, and switching it off and on brings the old rate back.
func (d *doctor) fix(ctx context.Context) error {
	changed := 0
	for _, f := range d.findings() {
		if f.command == "" {
			continue
		}
		d.say("%s", f.text)
		if _, err := d.ask(ctx, f.command, f.value...); err != nil {
			return err
		}
		d.say("  set %s to %X", f.command, f.value)
		changed++
		if err := d.follow(ctx, f.command); err != nil {
			return err
		}
	}
	if changed == 0 {
		d.say("nothing has to be changed")
		return nil
	}
	if err := d.save(ctx); err != nil {
		return err
	}
	return d.reexamine(ctx)
}

// follow does what a changed setting asks of our side.
func (d *doctor) follow(ctx context.Context, command string) error {
	switch command {
	case "BD":
		if err := d.open(ctx, d.cfg.SetBaud); err != nil {
			return err
		}
	case "AP":
	default:
		return nil
	}
	_, err := d.probe(ctx)
	return err
}

// save writes the settings to the modem's flash memory, which wears: only after changes.
func (d *doctor) save(ctx context.Context) error {
	if _, err := d.ask(ctx, "WR"); err != nil {
		return err
	}
	d.say("saved")
	return nil
}

// reexamine asks the modem again after its settings were changed, and gives it time to join.
func (d *doctor) reexamine(ctx context.Context) error {
	for range 10 {
		if err := d.pause(ctx, joinPoll); err != nil {
			return err
		}
		v, err := d.ask(ctx, "AI")
		if err != nil && !refused(err) {
			return err
		}
		if number(v) == 0 {
			break
		}
	}
	return d.examine(ctx)
}

// bdOf is the setting BD for a baud rate, nil if there is none.
func bdOf(baud int) []byte {
	for i, rate := range []int{1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600} {
		if rate == baud {
			return []byte{byte(i)}
		}
	}
	return nil
}

// minimal is a number in as few octets as it needs.
func minimal(v uint64) []byte {
	b := []byte{byte(v)}
	for v >>= 8; v != 0; v >>= 8 {
		b = append([]byte{byte(v)}, b...)
	}
	return b
}
