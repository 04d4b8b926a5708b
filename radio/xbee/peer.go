package xbee

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"mqttsn-gateway/radio"
	"mqttsn-gateway/radio/xbee/frame"
)

// A radio.Peer begins with one of these, and goes on with the 64-bit address, or with PAN id and 16-bit address.
const (
	kindNobody = iota
	kindNode64
	kindNode16
)

const (
	prefix64 = "xbee:"
	prefix16 = "xbee16:"
)

// Peer64 returns the peer that stands for the node with a 64-bit address.
func Peer64(a frame.Addr64) (p radio.Peer) {
	p[0] = kindNode64
	binary.BigEndian.PutUint64(p[1:], uint64(a))
	return p
}

// Peer16 returns the peer that stands for a node which has only a 16-bit address, unique in its PAN.
func Peer16(pan uint16, a frame.Addr16) (p radio.Peer) {
	p[0] = kindNode16
	binary.BigEndian.PutUint16(p[1:], pan)
	binary.BigEndian.PutUint16(p[3:], uint16(a))
	return p
}

func addr64(p radio.Peer) frame.Addr64 { return frame.Addr64(binary.BigEndian.Uint64(p[1:])) }

func addr16(p radio.Peer) (pan uint16, a frame.Addr16) {
	return binary.BigEndian.Uint16(p[1:]), frame.Addr16(binary.BigEndian.Uint16(p[3:]))
}

// FormatPeer writes xbee:0013A20040A1B2C3, or xbee16:3332:0001 for a node that has only a 16-bit address.
func (l *Link) FormatPeer(p radio.Peer) string { return formatPeer(p) }

func formatPeer(p radio.Peer) string {
	switch p[0] {
	case kindNode64:
		return prefix64 + addr64(p).String()
	case kindNode16:
		pan, a := addr16(p)
		return fmt.Sprintf("%s%04X:%v", prefix16, pan, a)
	}
	return "xbee:nobody"
}

// ParsePeer reads what FormatPeer wrote.
func (l *Link) ParsePeer(s string) (radio.Peer, error) {
	if digits, ok := strings.CutPrefix(s, prefix64); ok && len(digits) == 16 {
		if a, err := strconv.ParseUint(digits, 16, 64); err == nil {
			return Peer64(frame.Addr64(a)), nil
		}
	}
	if digits, ok := strings.CutPrefix(s, prefix16); ok && len(digits) == 9 && digits[4] == ':' {
		pan, err1 := strconv.ParseUint(digits[:4], 16, 16)
		a, err2 := strconv.ParseUint(digits[5:], 16, 16)
		if err1 == nil && err2 == nil {
			return Peer16(uint16(pan), frame.Addr16(a)), nil
		}
	}
	return radio.Peer{}, fmt.Errorf("xbee: not the address of a node: %q", s)
}
