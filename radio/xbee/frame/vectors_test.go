package frame_test

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"mqttsn-gateway/radio/xbee/frame"
)

// A vector is a frame and its octets on the line. Escaped is empty where nothing needs escaping.
type vector struct {
	name    string
	plain   string
	escaped string
	frame   frame.Frame
}

func (v vector) line(t testing.TB, m frame.Mode) []byte {
	if m == frame.Escaped && v.escaped != "" {
		return octets(t, v.escaped)
	}
	return octets(t, v.plain)
}

func octets(t testing.TB, spaced string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(spaced, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// show prints a frame for comparison; nil and empty slices look alike.
func show(f frame.Frame) string { return fmt.Sprintf("%T%+v", f, f) }

const (
	node   frame.Addr64 = 0x0013A20040A1B2C3
	node16 frame.Addr16 = 0x7D84
)

// Vectors X01 to X40 are the worked frames of section 16 of the reference, in its order. The rest comes from the
// vendor's manuals, or was made by hand for the types that the reference gives no example of.
var vectors = []vector{
	{"X01 AT query AP",
		"7E 00 04 08 01 41 50 65",
		"",
		&frame.AT{ID: 1, Command: "AP"}},
	{"X02 AT query AP, checksum needs escape",
		"7E 00 04 08 53 41 50 13",
		"7E 00 04 08 53 41 50 7D 33",
		&frame.AT{ID: 0x53, Command: "AP"}},
	{"X03 AT set NI=GW1",
		"7E 00 07 08 02 4E 49 47 57 31 8F",
		"",
		&frame.AT{ID: 2, Command: "NI", Value: []byte("GW1")}},
	{"X04 AT queued BD=7",
		"7E 00 05 09 03 42 44 07 66",
		"",
		&frame.AT{ID: 3, Command: "BD", Value: []byte{7}, Queued: true}},
	{"X05 AT answer NP=255",
		"7E 00 07 88 04 4E 50 00 00 FF D6",
		"",
		&frame.ATResponse{ID: 4, Command: "NP", Value: []byte{0, 0xFF}}},
	{"X06 AT answer SH",
		"7E 00 09 88 05 53 48 00 00 13 A2 00 22",
		"7E 00 09 88 05 53 48 00 00 7D 33 A2 00 22",
		&frame.ATResponse{ID: 5, Command: "SH", Value: []byte{0, 0x13, 0xA2, 0}}},
	{"X07 AT answer ZZ, invalid command",
		"7E 00 05 88 06 5A 5A 02 BB",
		"",
		&frame.ATResponse{ID: 6, Command: "ZZ", Status: frame.InvalidCommand}},
	{"X08 AT answer ND",
		"7E 00 1A 88 07 4E 44 00 7D 84 00 13 A2 00 40 A1 B2 C3 4E 31 00 FF FE 01 00 C1 05 10 1E 61",
		"7E 00 1A 88 07 4E 44 00 7D 5D 84 00 7D 33 A2 00 40 A1 B2 C3 4E 31 00 FF FE 01 00 C1 05 10 1E 61",
		&frame.ATResponse{ID: 7, Command: "ND", Value: []byte("\x7D\x84\x00\x13\xA2\x00\x40\xA1\xB2\xC3N1\x00\xFF\xFE\x01\x00\xC1\x05\x10\x1E")}},
	{"X09 modem status, coordinator started",
		"7E 00 02 8A 06 6F",
		"",
		&frame.ModemStatus{Status: frame.CoordinatorStarted}},
	{"X10 modem status, hardware reset",
		"7E 00 02 8A 00 75",
		"",
		&frame.ModemStatus{Status: frame.HardwareReset}},
	{"X11 transmit, length needs escape",
		"7E 00 11 10 01 00 13 A2 00 40 A1 B2 C3 FF FE 00 00 03 05 00 DE",
		"7E 00 7D 31 10 01 00 7D 33 A2 00 40 A1 B2 C3 FF FE 00 00 03 05 00 DE",
		&frame.Transmit{ID: 1, Dest: node, Dest16: frame.Unknown16, Data: []byte{3, 5, 0}}},
	{"X12 transmit broadcast",
		"7E 00 13 10 02 00 00 00 00 00 00 FF FF FF FE 00 00 05 00 01 03 84 65",
		"7E 00 7D 33 10 02 00 00 00 00 00 00 FF FF FF FE 00 00 05 00 01 03 84 65",
		&frame.Transmit{ID: 2, Dest: frame.Broadcast, Dest16: frame.Unknown16, Data: []byte{5, 0, 1, 3, 0x84}}},
	{"X13 transmit broadcast, radius 1",
		"7E 00 11 10 03 00 00 00 00 00 00 FF FF FF FE 01 00 03 02 01 EA",
		"7E 00 7D 31 10 03 00 00 00 00 00 00 FF FF FF FE 01 00 03 02 01 EA",
		&frame.Transmit{ID: 3, Dest: frame.Broadcast, Dest16: frame.Unknown16, Radius: 1, Data: []byte{3, 2, 1}}},
	{"X14 transmit status, delivered",
		"7E 00 07 8B 01 7D 84 00 00 00 72",
		"7E 00 07 8B 01 7D 5D 84 00 00 00 72",
		&frame.TransmitStatus{ID: 1, Dest16: node16}},
	{"X15 transmit status, address not found",
		"7E 00 07 8B 01 FF FD 00 24 03 50",
		"",
		&frame.TransmitStatus{ID: 1, Dest16: frame.NotFound16, Delivery: frame.AddressNotFound, Discovery: 3}},
	{"X16 receive, acknowledged",
		"7E 00 14 90 00 13 A2 00 40 A1 B2 C3 7D 84 01 08 04 04 01 00 3C 6E 31 76",
		"7E 00 14 90 00 7D 33 A2 00 40 A1 B2 C3 7D 5D 84 01 08 04 04 01 00 3C 6E 31 76",
		&frame.Receive{Source: node, Source16: node16, Options: frame.Acknowledged, Data: []byte("\x08\x04\x04\x01\x00\x3Cn1")}},
	{"X17 receive, broadcast",
		"7E 00 0F 90 00 13 A2 00 40 A1 B2 C3 7D 84 02 03 01 01 5C",
		"7E 00 0F 90 00 7D 33 A2 00 40 A1 B2 C3 7D 5D 84 02 03 01 01 5C",
		&frame.Receive{Source: node, Source16: node16, Options: frame.WasBroadcast, Data: []byte{3, 1, 1}}},
	{"X18 transmit to a 16-bit address",
		"7E 00 07 01 01 12 34 00 02 17 9E",
		"",
		&frame.Transmit16{ID: 1, Dest: 0x1234, Data: []byte{2, 0x17}}},
	{"X19 transmit to a 64-bit address",
		"7E 00 0D 00 02 00 13 A2 00 40 A1 B2 C3 00 02 17 D9",
		"7E 00 0D 00 02 00 7D 33 A2 00 40 A1 B2 C3 00 02 17 D9",
		&frame.Transmit64{ID: 2, Dest: node, Data: []byte{2, 0x17}}},
	{"X20 receive from a 64-bit address",
		"7E 00 0D 80 00 13 A2 00 40 A1 B2 C3 28 00 02 16 34",
		"7E 00 0D 80 00 7D 33 A2 00 40 A1 B2 C3 28 00 02 16 34",
		&frame.Receive64{Source: node, RSSI: 40, Data: []byte{2, 0x16}}},
	{"X21 receive from a 16-bit address, broadcast",
		"7E 00 08 81 12 34 37 02 03 01 01 FA",
		"",
		&frame.Receive16{Source: 0x1234, RSSI: 55, Options: frame.WasBroadcast, Data: []byte{3, 1, 1}}},
	{"X22 TX status, no acknowledgement",
		"7E 00 03 89 01 01 74",
		"",
		&frame.TxStatus{ID: 1, Status: frame.NoMACAck}},
	{"X23 explicit transmit, type and cluster need escapes",
		"7E 00 16 11 05 00 13 A2 00 40 A1 B2 C3 7D 84 E8 E8 00 11 C1 05 00 00 02 17 1D",
		"7E 00 16 7D 31 05 00 7D 33 A2 00 40 A1 B2 C3 7D 5D 84 E8 E8 00 7D 31 C1 05 00 00 02 17 1D",
		&frame.ExplicitTransmit{ID: 5, Dest: node, Dest16: node16, Endpoint: frame.SerialData, Data: []byte{2, 0x17}}},
	{"X24 explicit receive",
		"7E 00 14 91 00 13 A2 00 40 A1 B2 C3 7D 84 E8 E8 00 11 C1 05 01 02 16 A2",
		"7E 00 14 91 00 7D 33 A2 00 40 A1 B2 C3 7D 5D 84 E8 E8 00 7D 31 C1 05 01 02 16 A2",
		&frame.ExplicitReceive{Source: node, Source16: node16, Endpoint: frame.SerialData, Options: frame.Acknowledged, Data: []byte{2, 0x16}}},
	{"X25 remote AT, D0=5, apply",
		"7E 00 10 17 06 00 13 A2 00 40 A1 B2 C3 FF FE 02 44 30 05 5F",
		"7E 00 10 17 06 00 7D 33 A2 00 40 A1 B2 C3 FF FE 02 44 30 05 5F",
		&frame.RemoteAT{ID: 6, Dest: node, Dest16: frame.Unknown16, Options: frame.ApplyChanges, Command: "D0", Value: []byte{5}}},
	{"X26 remote AT answer",
		"7E 00 0F 97 06 00 13 A2 00 40 A1 B2 C3 7D 84 44 30 00 E2",
		"7E 00 0F 97 06 00 7D 33 A2 00 40 A1 B2 C3 7D 5D 84 44 30 00 E2",
		&frame.RemoteATResponse{ID: 6, Source: node, Source16: node16, Command: "D0"}},
	{"X27 I/O sample, DIO4=1, AD0=0x0225",
		"7E 00 14 92 00 13 A2 00 40 A1 B2 C3 7D 84 01 01 00 10 01 00 10 02 25 17",
		"7E 00 14 92 00 7D 33 A2 00 40 A1 B2 C3 7D 5D 84 01 01 00 10 01 00 10 02 25 17",
		&frame.Sample{Source: node, Source16: node16, Options: frame.Acknowledged, DigitalMask: 0x10, AnalogMask: 1,
			Digital: 0x10, Analog: [8]uint16{0x0225}}},
	{"X28 node identification, by button",
		"7E 00 21 95 00 13 A2 00 40 A1 B2 C3 7D 84 02 7D 84 00 13 A2 00 40 A1 B2 C3 4E 31 00 FF FE 01 01 C1 05 10 1E DE",
		"7E 00 21 95 00 7D 33 A2 00 40 A1 B2 C3 7D 5D 84 02 7D 5D 84 00 7D 33 A2 00 40 A1 B2 C3 4E 31 00 FF FE 01 01 C1 05 10 1E DE",
		&frame.NodeID{Sender: node, Sender16: node16, Options: frame.WasBroadcast, Node: node, Node16: node16,
			Name: []byte("N1"), Parent16: frame.Unknown16, Role: frame.RoleRouter, Event: 1, Profile: 0xC105, Manufacturer: 0x101E}},
	{"X29 route record, 2 hops",
		"7E 00 11 A1 00 13 A2 00 40 A1 B2 C3 7D 84 01 02 AA BB CC DD 41",
		"7E 00 7D 31 A1 00 7D 33 A2 00 40 A1 B2 C3 7D 5D 84 01 02 AA BB CC DD 41",
		&frame.RouteRecord{Source: node, Source16: node16, Options: frame.Acknowledged, Hops: []frame.Addr16{0xAABB, 0xCCDD}}},
	{"X30 many-to-one route request",
		"7E 00 0C A3 00 13 A2 00 40 A1 B2 C3 00 00 00 51",
		"7E 00 0C A3 00 7D 33 A2 00 40 A1 B2 C3 00 00 00 51",
		&frame.ManyToOne{Source: node}},
	{"X31 I/O samples from a 16-bit address, A0=0x03FF, D0=1",
		"7E 00 0C 83 12 34 28 00 01 02 01 00 01 03 FF 07",
		"",
		&frame.Samples16{Source: 0x1234, RSSI: 40, Channels: 0x0201,
			Readings: []frame.Reading{{Digital: 1, Analog: [6]uint16{0x03FF}}}}},
	{"X32 I/O samples from a 64-bit address",
		"7E 00 12 82 00 13 A2 00 40 A1 B2 C3 28 00 01 02 01 00 01 03 FF 43",
		"7E 00 12 82 00 7D 33 A2 00 40 A1 B2 C3 28 00 01 02 01 00 01 03 FF 43",
		&frame.Samples64{Source: node, RSSI: 40, Channels: 0x0201,
			Readings: []frame.Reading{{Digital: 1, Analog: [6]uint16{0x03FF}}}}},
	{"X33 extended modem status, AI changed to 0",
		"7E 00 03 98 0B 00 5C",
		"",
		&frame.ExtendedModemStatus{Code: 0x0B, Data: []byte{0}}},
	{"X34 transmit, data 7E 7D",
		"7E 00 17 10 04 00 13 A2 00 40 A1 B2 C3 7D 84 00 00 09 0C 00 00 11 00 00 7E 7D BE",
		"7E 00 17 10 04 00 7D 33 A2 00 40 A1 B2 C3 7D 5D 84 00 00 09 0C 00 00 7D 31 00 00 7D 5E 7D 5D BE",
		&frame.Transmit{ID: 4, Dest: node, Dest16: node16, Data: []byte{9, 0x0C, 0, 0, 0x11, 0, 0, 0x7E, 0x7D}}},
	{"X35 AT answer AP=1",
		"7E 00 06 88 01 41 50 00 01 E4",
		"",
		&frame.ATResponse{ID: 1, Command: "AP", Value: []byte{1}}},
	{"X36 AT answer AP=2",
		"7E 00 06 88 01 41 50 00 02 E3",
		"",
		&frame.ATResponse{ID: 1, Command: "AP", Value: []byte{2}}},
	{"X37 AT query NP",
		"7E 00 04 08 04 4E 50 55",
		"",
		&frame.AT{ID: 4, Command: "NP"}},
	{"X38 AT query AI",
		"7E 00 04 08 08 41 49 65",
		"",
		&frame.AT{ID: 8, Command: "AI"}},
	{"X39 AT answer AI=0x21",
		"7E 00 06 88 08 41 49 00 21 C4",
		"",
		&frame.ATResponse{ID: 8, Command: "AI", Value: []byte{0x21}}},
	{"X40 transmit status, payload too large",
		"7E 00 07 8B 04 7D 84 00 74 00 FB",
		"7E 00 07 8B 04 7D 5D 84 00 74 00 FB",
		&frame.TransmitStatus{ID: 4, Dest16: node16, Delivery: frame.PayloadTooLarge}},

	{"M1 source route of the Zigbee manual",
		"7E 00 14 21 00 00 13 A2 00 40 40 11 22 33 44 00 03 EE FF CC DD AA BB 01",
		"7E 00 14 21 00 00 7D 33 A2 00 40 40 7D 31 22 33 44 00 03 EE FF CC DD AA BB 01",
		&frame.SourceRoute{Dest: 0x0013A20040401122, Dest16: 0x3344, Hops: []frame.Addr16{0xEEFF, 0xCCDD, 0xAABB}}},
	{"M2 registration of the Smart Energy manual",
		"7E 00 0E 24 01 00 13 A2 00 40 4C 15 A6 FF FE 00 01 E0",
		"7E 00 0E 24 01 00 7D 33 A2 00 40 4C 15 A6 FF FE 00 01 E0",
		&frame.Register{ID: 1, Device: 0x0013A200404C15A6, Key: []byte{1}}},
	{"M3 registration status of the Smart Energy manual",
		"7E 00 03 A4 01 00 5A",
		"",
		&frame.RegisterStatus{ID: 1}},
	{"M4 device authenticated of the Smart Energy manual",
		"7E 00 0C A2 01 02 03 04 05 06 07 08 FF FE 00 3C",
		"",
		&frame.Authenticated{Device: 0x0102030405060708, Device16: frame.Unknown16}},
	{"M5 route information of the SX manual",
		"7E 00 2A 8D 12 27 6B EB CA 93 00 00 00 00 13 A2 00 40 52 DD DD 00 13 A2 00 40 52 AA AA 00 13 A2 00 40 52 BB BB 00 13 A2 00 40 52 CC CC 4E",
		"7E 00 2A 8D 12 27 6B EB CA 93 00 00 00 00 7D 33 A2 00 40 52 DD DD 00 7D 33 A2 00 40 52 AA AA 00 7D 33 A2 00 40 52 BB BB 00 7D 33 A2 00 40 52 CC CC 4E",
		&frame.RouteInfo{Event: 0x12, Timestamp: 0x6BEBCA93, Dest: 0x0013A2004052DDDD, Source: 0x0013A2004052AAAA,
			Responder: 0x0013A2004052BBBB, Receiver: 0x0013A2004052CCCC}},
	{"M6 firmware update status of the Zigbee manual",
		"7E 00 16 A0 00 13 A2 00 40 3E 07 50 00 00 01 52 00 00 13 A2 00 40 52 2B AA 66",
		"7E 00 16 A0 00 7D 33 A2 00 40 3E 07 50 00 00 01 52 00 00 7D 33 A2 00 40 52 2B AA 66",
		&frame.UpdateStatus{Source: 0x0013A200403E0750, Options: frame.Acknowledged, Message: 0x52, Target: 0x0013A20040522BAA}},
	{"M7 join notification",
		"7E 00 04 A5 00 01 02 57",
		"",
		&frame.JoinNotification{Fields: []byte{0, 1, 2}}},
}
