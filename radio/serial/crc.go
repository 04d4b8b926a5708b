package serial

// crc16 is CRC-16/X-25, the frame check sequence of HDLC and PPP (RFC 1662, C.2): polynomial 1021 reflected, all ones
// before and inverted after.
func crc16(b []byte) uint16 {
	return ^crcUpdate(0xFFFF, b)
}

// crcGood is what is in the register after a datagram and its CRC, if both are intact.
const crcGood = 0xF0B8

// crcUpdate shifts octets into the register, least significant bit first. A table would be faster than any line needs.
func crcUpdate(register uint16, b []byte) uint16 {
	for _, c := range b {
		register ^= uint16(c)
		for range 8 {
			low := register & 1
			register >>= 1
			if low != 0 {
				register ^= 0x8408
			}
		}
	}
	return register
}

// appendCRC appends the CRC of b to b, low octet first.
func appendCRC(b []byte) []byte {
	crc := crc16(b)
	return append(b, byte(crc), byte(crc>>8))
}
