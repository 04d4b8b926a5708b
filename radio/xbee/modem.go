package xbee

import (
	"encoding/binary"
	"fmt"
	"strings"

	"mqttsn-gateway/radio/xbee/frame"
)

// A Family is the kind of network that a modem's firmware makes.
type Family uint8

const (
	IEEE802154 Family = iota + 1
	Zigbee
	DigiMesh
)

func (f Family) String() string {
	switch f {
	case IEEE802154:
		return "802.15.4"
	case Zigbee:
		return "Zigbee"
	case DigiMesh:
		return "DigiMesh"
	}
	return "unknown"
}

// noAO stands for modems that do not know the setting AO: the first generation of 802.15.4.
const noAO = -1

// A Modem is what a modem says of itself and of its settings, each named here by its AT command. A setting that the
// modem does not have is zero.
type Modem struct {
	Family      Family
	Mode        frame.Mode   // AP
	Output      int          // AO: 0 plain, 1 explicit, 2 legacy receive frames; -1 if there is no such setting
	Firmware    uint16       // VR
	Hardware    uint16       // HV
	Address     frame.Addr64 // SH and SL
	Address16   frame.Addr16 // MY
	Name        string       // NI
	PAN         uint64       // ID: 16 bits, on Zigbee 64, where 0 means any
	OperatingID uint64       // OP: the PAN that a Zigbee modem is in
	PAN16       uint16       // OI on Zigbee, ID elsewhere
	Channel     uint8        // CH
	Coordinator bool         // CE
	Association uint8        // AI: 0 means joined
	MaxPayload  int          // NP, or from a table where the modem does not tell; octets
	Encrypted   bool         // EE
	Sleep       uint8        // SM
	CTS, RTS    uint8        // D7 and D6: 1 means flow control
}

// legacy tells whether the modem takes 64- and 16-bit requests rather than transmit requests.
func (m *Modem) legacy() bool {
	return m.Family == IEEE802154 && (m.Output == noAO || m.Output == 2)
}

// holds tells whether the modem has room for another frame when that many octets are with it already. The first
// generation loses what its buffer does not hold, unless the line has flow control; the others have room for several
// frames.
func (m *Modem) holds(octets int) bool {
	return octets == 0 || m.Output != noAO || octets+m.MaxPayload+frame.Transmit64Overhead+4 <= firstBuffer
}

// firstBuffer is the buffer of the first generation, less a little, in octets.
const firstBuffer = 200

// broadcastPayload is the longest broadcast in octets: Zigbee does not fragment broadcasts.
func (m *Modem) broadcastPayload() int {
	if m.Family == Zigbee {
		return min(m.MaxPayload, 84)
	}
	return m.MaxPayload
}

// cost is how many octets of payload the options of a packet take, at most.
func (m *Modem) cost(o frame.TxOptions) int {
	switch {
	case m.Family == Zigbee && o&frame.EncryptAPS != 0:
		return 9
	case o&frame.SecureSession != 0:
		return 4
	}
	return 0
}

// tablePayload is the longest packet where the modem does not know NP.
func (m *Modem) tablePayload() int {
	plain := map[Family]int{IEEE802154: 100, Zigbee: 84, DigiMesh: 73}[m.Family]
	encrypted := map[Family]int{IEEE802154: 95, Zigbee: 66, DigiMesh: 65}[m.Family]
	if m.Encrypted {
		return encrypted
	}
	return plain
}

// generation tells the hardware by the upper octet of HV.
func (m *Modem) generation() string {
	switch m.Hardware >> 8 {
	case 0x17, 0x18:
		return "S1"
	case 0x19, 0x1A, 0x1E:
		return "S2"
	case 0x21, 0x22, 0x2D, 0x2E, 0x30:
		return "S2C"
	case 0x41, 0x42, 0x43:
		return "XBee 3"
	}
	return fmt.Sprintf("hardware %04X", m.Hardware)
}

// String describes the modem in one line.
func (m *Modem) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v %s", m.Family, m.generation())
	if m.Coordinator {
		b.WriteString(" coordinator")
	}
	fmt.Fprintf(&b, " %v", m.Address)
	if m.Name != "" && m.Name != " " {
		fmt.Fprintf(&b, " %q", m.Name)
	}
	fmt.Fprintf(&b, ", firmware %04X, %v, PAN %X, channel %d, up to %d octets", m.Firmware, m.Mode, m.currentPAN(),
		m.Channel, m.MaxPayload)
	if m.Encrypted {
		b.WriteString(", encrypted")
	}
	return b.String()
}

func (m *Modem) currentPAN() uint64 {
	if m.OperatingID != 0 {
		return m.OperatingID
	}
	return m.PAN
}

// number reads a setting. Modems leave out leading zeros as they like.
func number(value []byte) uint64 {
	var b [8]byte
	value = value[max(0, len(value)-8):]
	copy(b[8-len(value):], value)
	return binary.BigEndian.Uint64(b[:])
}
