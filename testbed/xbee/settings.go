package xbee

import "maps"

// settings are a module's AT settings, numbers big-endian as they come over the line.
type settings map[string][]byte

// factory are the settings of a new module of that family. What is not in here, it does not know.
func factory(c ModemConfig) settings {
	s := settings{
		"AP": {0}, "BD": {3}, "NI": []byte(" "), "VR": {0x40, 0x5F}, "HV": {0x22, 0x47}, "SM": {0}, "D6": {0}, "D7": {1},
		"GT": {0x03, 0xE8}, "CT": {0x64}, "DB": {0}, "EE": {0}, "AI": {0}, "SH": big(c.Address>>32, 4),
		"SL": big(c.Address, 4), "MY": {0xFF, 0xFE}, "NT": {0x3C}, "DD": {0, 0x0A, 0, 0}, "KY": nil,
	}
	special := map[Family]settings{
		Zigbee: {"ID": big(0, 8), "OP": big(0, 8), "OI": {0x3A, 0x1C}, "CH": {0x0F}, "CE": {0}, "AO": {0}, "NP": {0x00, 0xFF},
			"NH": {0x1E}, "SC": {0x7F, 0xFF}, "NJ": {0xFF}, "MY": {0x00, 0x00}, "AR": {0xFF}, "EO": {0}, "NK": nil},
		DigiMesh: {"ID": {0x7F, 0xFF}, "CH": {0x0C}, "CE": {0}, "AO": {0}, "NP": {0x00, 0x49}, "NH": {0x07}, "VR": {0x90, 0x02}},
		IEEE802154: {"ID": {0x33, 0x32}, "CH": {0x0C}, "CE": {0}, "AO": {2}, "NP": {0x00, 0x66}, "MY": {0, 0}, "MM": {0},
			"VR": {0x20, 0x03}},
		Series1: {"ID": {0x33, 0x32}, "CH": {0x0C}, "CE": {0}, "MY": {0, 0}, "MM": {0}, "VR": {0x10, 0xEC}, "HV": {0x17, 0x44}},
	}
	maps.Copy(s, special[c.Family])
	return s
}

// readOnly are the settings that a host cannot change; secret those that it cannot read.
var (
	readOnly = map[string]bool{"VR": true, "HV": true, "SH": true, "SL": true, "OP": true, "OI": true, "AI": true,
		"NP": true, "DB": true, "DD": true}
	secret = map[string]bool{"KY": true, "NK": true}
)

// limits are the largest values of settings that have a limit.
var limits = map[string]uint64{"AP": 2, "AO": 15, "SM": 6, "CE": 1, "EE": 1, "D6": 5, "D7": 7, "CH": 0x1A, "MM": 3}

func (s settings) number(name string) uint64 {
	var n uint64
	for _, c := range s[name] {
		n = n<<8 | uint64(c)
	}
	return n
}

func (s settings) clone() settings { return maps.Clone(s) }

// big writes the low n octets of v.
func big(v uint64, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[n-1-i] = byte(v)
		v >>= 8
	}
	return b
}

// rates are the baud rates of BD; larger values of BD are rates themselves.
var rates = []int{1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600}

func (s settings) baud() int {
	bd := s.number("BD")
	if bd < uint64(len(rates)) {
		return rates[bd]
	}
	return int(bd)
}

// setBaud is the BD for a rate.
func setBaud(rate int) []byte {
	for i, r := range rates {
		if r == rate {
			return []byte{byte(i)}
		}
	}
	return big(uint64(rate), 4)
}

// payload is the most octets that a packet of the module carries.
func (s settings) payload(f Family) int {
	encrypted := s.number("EE") == 1
	switch {
	case f == Series1 && encrypted:
		return 95
	case f == Series1:
		return 100
	}
	return int(s.number("NP"))
}
