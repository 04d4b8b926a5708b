package xbee

import (
	"fmt"
	"sync"
	"time"

	"mqttsn-gateway/testbed/tty"
)

// A plug is a modem's serial port from plugging it in to pulling it out.
type plug struct {
	modem *Modem
	port  *tty.Port

	out   chan outgoing // for the host
	gone  sync.WaitGroup
	ended chan struct{}
}

// outgoing is a frame, or text, for the host.
type outgoing struct {
	octets []byte
	since  time.Time
	baud   int
}

// hostQueue bounds the frames that wait for the serial line. More are lost, as in a module whose host is too slow.
const hostQueue = 4096

// Plug plugs the modem in: the serial port appears, the module gets power and starts.
func (m *Modem) Plug() error {
	p, err := newPlug(m)
	if err != nil {
		return fmt.Errorf("plug in %016X: %w", m.cfg.Address, err)
	}
	m.air.mu.Lock()
	old := m.plugged
	m.plugged = p
	m.boot(false)
	m.air.mu.Unlock()
	old.pull()
	p.gone.Go(p.read)
	p.gone.Go(p.write)
	return nil
}

// Unplug pulls the modem out: the serial port disappears, and whoever has it open finds it dead.
func (m *Modem) Unplug() {
	m.air.mu.Lock()
	p := m.plugged
	m.plugged = nil
	m.off()
	m.air.mu.Unlock()
	p.pull()
}

func (m *Modem) shut() { m.Unplug() }

// Port is the path of the serial port: the configured link, or the terminal itself; empty while it is unplugged.
func (m *Modem) Port() string {
	m.air.mu.Lock()
	defer m.air.mu.Unlock()
	if m.plugged == nil {
		return ""
	}
	return m.plugged.port.Path()
}

func newPlug(m *Modem) (*plug, error) {
	port, err := tty.Open(m.cfg.Path)
	if err != nil {
		return nil, err
	}
	return &plug{modem: m, port: port, out: make(chan outgoing, hostQueue), ended: make(chan struct{})}, nil
}

// pull ends the port. The air is not locked.
func (p *plug) pull() {
	if p == nil {
		return
	}
	close(p.ended)
	p.port.Close()
	p.gone.Wait()
}

// portion is how many octets are read at once: small, so that the module hears a frame soon after its end.
const portion = 64

// read takes octets from the host, no faster than the line carries them, and hands them to the module.
func (p *plug) read() {
	var free time.Time // when the line has carried all that was read
	b := make([]byte, portion)
	for {
		began := time.Now()
		n, err := p.port.Read(b)
		if err != nil {
			return
		}
		now := time.Now()
		if free.Before(began) && now.Sub(began) > 100*time.Microsecond {
			free = now // the line was idle
		}
		baud := p.modem.baud()
		free = free.Add(p.modem.lineTime(n, baud))
		p.sleep(time.Until(free))
		p.modem.fromHost(p.garble(b[:n], baud))
	}
}

// write gives octets to the host, no faster than the line carries them.
func (p *plug) write() {
	var free time.Time
	for {
		select {
		case o := <-p.out:
			if free.Before(o.since) {
				free = o.since
			}
			free = free.Add(p.modem.lineTime(len(o.octets), o.baud))
			p.sleep(time.Until(free))
			if _, err := p.port.Write(p.garble(o.octets, o.baud)); err != nil {
				return
			}
		case <-p.ended:
			return
		}
	}
}

func (p *plug) sleep(d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-p.ended:
	}
}

func (m *Modem) baud() int {
	m.air.mu.Lock()
	defer m.air.mu.Unlock()
	return m.set.baud()
}

// lineTime is how long n octets take on the serial line.
func (m *Modem) lineTime(n, baud int) time.Duration {
	if m.cfg.Unpaced {
		return 0
	}
	return time.Duration(n) * 10 * time.Second / time.Duration(baud)
}

// garble does to octets what the line does: noise, and nonsense if the two ends disagree about the baud rate.
func (p *plug) garble(b []byte, baud int) []byte {
	m := p.modem
	wrong := false
	if !m.cfg.Unpaced {
		rate := hostBaud(p.port.File)
		wrong = rate != 0 && rate != baud
	}
	if !wrong && m.cfg.Noise == 0 {
		return b
	}
	m.air.mu.Lock()
	defer m.air.mu.Unlock()
	var out []byte
	for _, c := range b {
		switch {
		case wrong:
			out = append(out, c^0xA5|0x80) // never a 7E, nor anything that looks like text
		case m.air.rnd.Float64() >= m.cfg.Noise:
			out = append(out, c)
		case m.air.rnd.IntN(2) == 0:
			out = append(out, c^1<<m.air.rnd.IntN(8))
		}
	}
	return out
}
