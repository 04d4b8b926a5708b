package main

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqttsn"
	v2 "mqttsn-gateway/mqttsn/v2"
)

func TestDecodeVersions(t *testing.T) {
	for _, c := range []struct {
		line, stdin, stdout string
		code                int
	}{
		{line: "decode 04 0c 22 22", stdout: "2.0 PINGREQ pid=8738\n"},
		{line: "decode -x 04 0c 22 22", stdout: "2.0 PINGREQ pid=8738 [04 0C 22 22]\n"},
		{line: "decode -V 2.0 02 17", stdout: "SEARCHGW\n"},
		{line: "decode -V 1.2 04 0c 22 22", code: exitFailed, stdout: "malformed: packet shorter than its length or fields [04 0C 22 22]\n"},
		{line: "decode 0a 01 81 00 01 02 00 3c 00 00", code: exitFailed,
			stdout: "2.0 malformed: CONNECT pid=1: reserved bits are set (malformed-packet) [0A 01 81 00 01 02 00 3C 00 00]\n"},
		// What fits both is taken for what came before it.
		{line: "decode", stdin: "02 17\n0e 01 01 00 01 02 01 2c 00 ff 64 65 76 31\n02 17\n0a 04 04 01 00 3c 64 65 76 31\n02 17",
			stdout: "PINGRESP\n2.0 CONNECT client=\"dev1\" pid=1 keepalive=300 maxsize=255 clean\n2.0 SEARCHGW\n" +
				"CONNECT client=dev1 duration=60 clean\nPINGRESP\n"},
	} {
		code, stdout, stderr := command(t, c.line, c.stdin)
		require.Equal(t, c.code, code, "%s: %s", c.line, stderr)
		require.Equal(t, c.stdout, stdout, c.line)
	}
}

// Each way in a capture has its version.
func TestRecogniser(t *testing.T) {
	var r recogniser
	gateway := netip.MustParseAddrPort("192.0.2.1:1884")
	old, young := netip.MustParseAddrPort("192.0.2.12:1000"), netip.MustParseAddrPort("192.0.2.20:1000")
	r.version(wayOf(old, gateway), mqttsn.Connect{ProtocolID: 1, ClientID: []byte("old")}.Append(nil))
	r.version(wayOf(young, gateway), v2.Connect{PacketID: 1, KeepAlive: 1}.Append(nil))
	both := []byte{2, 0x17}
	require.Equal(t, versionFlag(v2.V12), r.version(wayOf(gateway, old), both))
	require.Equal(t, versionFlag(v2.V20), r.version(wayOf(gateway, young), both))
	require.Equal(t, versionFlag(v2.V20), r.version(wayOf(young, gateway), both))
	for port := range uint16(1<<16 - 1) {
		r.version(wayOf(netip.AddrPortFrom(old.Addr(), port), gateway), both)
		r.version(wayOf(netip.AddrPortFrom(young.Addr(), port), gateway), both)
	}
	require.LessOrEqual(t, len(r.seen), maxWays)
}

func TestVersionMistakes(t *testing.T) {
	for line, want := range map[string]string{
		"pub -t a -n -V 3":            "invalid argument \"3\" for \"-V, --protocol-version\" flag: there are 1.2 and 2.0; see mqttsn pub --help",
		"pub -t a -n -u me":           "-x, -u and -P need version 2.0 of the protocol: give -V 2.0; see mqttsn pub --help",
		"pub -t a -n -V 2.0 -k 0":     "version 2.0 has no connections without a keep alive: -k must be more than 0; see mqttsn pub --help",
		"sub -t a -x 4294967296":      "-x, -u and -P need version 2.0 of the protocol: give -V 2.0; see mqttsn sub --help",
		"sub -V 2 -t a -x 5000000000": "-x must not be more than 4294967295, which is for ever; see mqttsn sub --help",
		"sub -t a --no-local":         "options of a subscription need version 2.0 of the protocol: give -V 2.0; see mqttsn sub --help",
		"sub -t a --retain-handling sometimes": "invalid argument \"sometimes\" for \"--retain-handling\" flag: " +
			"there are always, new and never; see mqttsn sub --help",
	} {
		code, _, stderr := command(t, line)
		require.Equal(t, exitMistake, code, line)
		require.Equal(t, "mqttsn: "+want+"\n", stderr, line)
	}
}

func TestGatewayLine20(t *testing.T) {
	from := netip.MustParseAddrPort("192.0.2.7:1884")
	for hex, want := range map[string]string{
		"05 16 01 03 84":             "gateway 1 at 192.0.2.7:1884, which says so every 15m0s",
		"03 18 01":                   "gateway 1 at 192.0.2.7:1884",
		"09 18 01 C0 A8 01 0A 27 10": "gateway 1 at c0a8010a2710 (hex), says the device at 192.0.2.7:1884",
		"03 02 01":                   "",
	} {
		b, err := parseHex(hex)
		require.NoError(t, err)
		require.Equal(t, want, versionFlag(v2.V20).gatewayLine(b, from), hex)
	}
}
