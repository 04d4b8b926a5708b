package xbee

import (
	"fmt"
	"time"
)

// ModemConfig says what a modem is and how it is set.
type ModemConfig struct {
	Family  Family
	Address uint64 // 64-bit; 0 picks one
	PAN     uint64 // 0 means the factory setting; on Zigbee the PAN that it is in
	Baud    int    // 0 means 115200
	APIMode int    // AP: 1 or 2; 0 means 1. Transparent is -1

	// Set are further settings by AT command, over those of the factory.
	Set map[string][]byte

	// Path is where the serial port appears: a symbolic link, as udev makes them. Empty makes no link: see Modem.Port.
	Path string

	// Unpaced lets octets pass at any speed. Otherwise they take the time that they take at the baud rate; and a host
	// that has set another rate, and the modem, read garbage.
	Unpaced bool

	// Noise is the probability, 0 to 1, that an octet on the serial line is changed or lost.
	Noise float64

	// Boot is how long the module takes from power or reset to its first word; 0 means 50 ms.
	Boot time.Duration

	// Buffers is how many packets may wait for the air; 0 means 5. More are refused with status 0x32. The first
	// generation has a buffer of 202 octets instead, and loses what does not fit.
	Buffers int
}

// A Modem is a module at a pseudo-terminal. Its methods may be called from any goroutine.
type Modem struct {
	air     *Air
	cfg     ModemConfig
	station station

	// Guarded by the air's lock.
	flash    settings // what survives a reset
	set      settings // what applies now
	queued   settings // what 0x09 has set and nothing has applied yet
	decoder  decoder
	text     commandMode
	power    int  // counts power-ups and resets; what began before one ends with it
	booted   bool // it has power and has started
	away     bool // it was told to leave its network
	heard    byte // signal strength of the last packet, in -dBm
	changed  []string
	plugged  *plug
	stats    ModemStats
	occupied int // octets of the first generation's serial buffer
}

// ModemStats tell what has happened in a modem.
type ModemStats struct {
	FromHost   uint64 // octets that came over the serial line
	ToHost     uint64 // octets that went over it
	BadFrames  int    // frames from the host with a wrong checksum
	Refused    int    // packets refused for want of a buffer
	Overrun    int    // frames lost because the first generation's buffer was full
	ZeroIDs    int    // transmissions that asked for no status
	AirPackets int    // packets handed to the air
}

// NewModem adds a modem to the air, plugged in and switched on.
func (a *Air) NewModem(c ModemConfig) (*Modem, error) {
	if c.Baud == 0 {
		c.Baud = 115200
	}
	if c.Boot == 0 {
		c.Boot = 50 * time.Millisecond
	}
	if c.Buffers == 0 {
		c.Buffers = 5
	}
	a.mu.Lock()
	if c.Address == 0 {
		c.Address = 0x0013A200_40A00000 + uint64(len(a.stations)+1)
	}
	m := &Modem{air: a, cfg: c, flash: factory(c)}
	m.configure()
	m.station = station{host: m, family: c.Family, address: c.Address, pan: m.flash.number("ID"), rssi: 40,
		buffers: c.Buffers}
	if c.Family == Series1 {
		m.station.buffers = longest // its buffer is counted in octets
	}
	a.join(&m.station)
	a.mu.Unlock()
	if err := m.Plug(); err != nil {
		return nil, err
	}
	return m, nil
}

// configure puts the configured settings over those of the factory.
func (m *Modem) configure() {
	m.flash["BD"] = setBaud(m.cfg.Baud)
	m.flash["AP"] = []byte{byte(max(m.cfg.APIMode, 0))}
	if m.cfg.APIMode == 0 {
		m.flash["AP"] = []byte{1}
	}
	if m.cfg.PAN != 0 {
		m.flash["ID"] = big(m.cfg.PAN, len(m.flash["ID"]))
	}
	if m.cfg.Family == Zigbee {
		m.flash["CE"] = []byte{1}
	}
	for name, value := range m.cfg.Set {
		m.flash[name] = value
	}
}

// Address is the modem's 64-bit address.
func (m *Modem) Address() uint64 { return m.cfg.Address }

// Stats tells what has happened so far.
func (m *Modem) Stats() ModemStats {
	m.air.mu.Lock()
	defer m.air.mu.Unlock()
	return m.stats
}

// Setting is the present value of an AT setting.
func (m *Modem) Setting(name string) []byte {
	m.air.mu.Lock()
	defer m.air.mu.Unlock()
	return m.set[name]
}

// Saved is the value of an AT setting that a reset brings back.
func (m *Modem) Saved(name string) []byte {
	m.air.mu.Lock()
	defer m.air.mu.Unlock()
	return m.flash[name]
}

// Reset makes the module start again, as its reset button does, or as its watchdog does.
func (m *Modem) Reset(watchdog bool) {
	m.air.mu.Lock()
	defer m.air.mu.Unlock()
	m.boot(watchdog)
}

// boot starts the module from its saved settings. The air is locked.
func (m *Modem) boot(watchdog bool) {
	m.off()
	power := m.power
	m.set, m.queued, m.changed = m.flash.clone(), settings{}, nil
	m.air.plan(time.Now().Add(m.cfg.Boot), func() {
		if m.power != power {
			return
		}
		m.booted = true
		m.decoder = decoder{apiMode: byte(m.set.number("AP"))}
		if watchdog {
			m.modemStatus(0x01)
		} else {
			m.modemStatus(0x00)
		}
		m.enter()
	})
}

// off ends everything that goes on in the module. The air is locked.
func (m *Modem) off() {
	m.power++
	m.booted = false
	m.station.on = false
	m.occupied = 0
	m.text = commandMode{}
	m.air.silence(&m.station)
}

// enter brings the module into its network, unless it was told to stay away. The air is locked.
func (m *Modem) enter() {
	m.station.pan = m.set.number("ID")
	m.station.short = uint16(m.set.number("MY"))
	m.station.coordinator = m.set.number("CE") == 1 || m.cfg.Family != Zigbee
	if m.cfg.Family == Zigbee {
		m.set["OP"] = m.set["ID"]
	}
	if m.away {
		m.set["AI"] = []byte{0x21}
		return
	}
	m.set["AI"] = []byte{0}
	m.station.on = true
	switch {
	case m.set.number("CE") == 1:
		m.modemStatus(0x06)
	case m.cfg.Family == Zigbee:
		m.modemStatus(0x02)
	}
}

// Leave takes the modem out of its network.
func (m *Modem) Leave() {
	m.air.mu.Lock()
	defer m.air.mu.Unlock()
	m.away, m.station.on = true, false
	m.set["AI"] = []byte{0x21}
	m.modemStatus(0x03)
}

// Join lets the modem into its network again.
func (m *Modem) Join() {
	m.air.mu.Lock()
	defer m.air.mu.Unlock()
	m.away = false
	if m.booted {
		m.enter()
	}
}

// Event makes the modem send a modem status.
func (m *Modem) Event(status byte) {
	m.air.mu.Lock()
	defer m.air.mu.Unlock()
	m.modemStatus(status)
}

func (m *Modem) name() []byte { return m.set["NI"] }

func (m *Modem) modemStatus(status byte) { m.toHost([]byte{0x8A, status}) }

func (m *Modem) String() string { return fmt.Sprintf("XBee %016X at %s", m.cfg.Address, m.Port()) }
