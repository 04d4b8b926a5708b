package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDecode(t *testing.T) {
	const lines = "# from a log\n02 16\n\n  0b:0c:20:00:01:00:02:32:31:2e:35\n0x02, 0x17\n"
	for _, c := range []struct {
		line, stdin, stdout string
		code                int
	}{
		{line: "decode 0B 0C 20 00 01 00 02 32 31 2E 35", stdout: "PUBLISH topic=normal:1 qos=1 msgid=2 \"21.5\"\n"},
		{line: "decode -x 0217", stdout: "PINGRESP [02 17]\n"},
		{line: "decode", stdin: lines, stdout: "PINGREQ\nPUBLISH topic=normal:1 qos=1 msgid=2 \"21.5\"\nPINGRESP\n"},
		{line: "decode", stdin: "02 16\n02 16 00\n02 FF", code: exitFailed, stdout: "PINGREQ\n" +
			"malformed: octets after the end of the packet [02 16 00]\n" +
			"malformed: reserved packet type [02 FF]\n"},
		{line: "decode", stdin: ""},
	} {
		code, stdout, stderr := command(t, c.line, c.stdin)
		require.Equal(t, c.code, code, "%s: %s", c.line, stderr)
		require.Equal(t, c.stdout, stdout, c.line)
	}
	_, _, stderr := command(t, "decode", "02 16\n02 16 00\n02 FF")
	require.Equal(t, "mqttsn: packets that are malformed: 2 of 3\n", stderr)
	code, _, stderr := command(t, "decode", "02 16\nCONNECT\n")
	require.Equal(t, exitFailed, code)
	require.Equal(t, "mqttsn: line 2: 'O' is not a hexadecimal digit\n", stderr)
	_, _, stderr = command(t, "decode -f /there/is/nothing")
	require.Equal(t, "mqttsn: open /there/is/nothing: no such file or directory\n", stderr)
}

// aCapture has three datagrams, as text2pcap reads them.
const aCapture = `
12:00:00
000000 0f 04 04 01 00 3c 73 65 6e 73 6f 72 2d 30 31
12:00:01
000000 02 16
12:00:02
000000 05 00 01 03
`

// Captures that another program wrote say what was put in.
func TestDecodeCapture(t *testing.T) {
	text2pcap, err := exec.LookPath("text2pcap")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("text2pcap, which comes with tshark, must be installed in CI: ", err)
		}
		t.Skip("text2pcap, which comes with tshark, is not installed")
	}
	dir := t.TempDir()
	text := filepath.Join(dir, "text")
	require.NoError(t, os.WriteFile(text, []byte(aCapture), 0o600))
	for name, options := range map[string][]string{
		"pcap":   {"-4", "192.0.2.7,127.0.0.1"},
		"pcapng": {"-n", "-4", "192.0.2.7,127.0.0.1"},
		"IPv6":   {"-n", "-6", "2001:db8::7,::1"},
	} {
		from, to := "192.0.2.7:40000", "127.0.0.1:1884"
		if name == "IPv6" {
			from, to = "[2001:db8::7]:40000", "[::1]:1884"
		}
		file := filepath.Join(dir, name)
		args := append([]string{"-q", "-t", "%H:%M:%S", "-u", "40000,1884"}, options...)
		out, err := exec.Command(text2pcap, append(args, text, file)...).CombinedOutput()
		require.NoError(t, err, "%s", out)

		code, stdout, stderr := command(t, "decode -f "+file)
		require.Equal(t, exitFailed, code, stderr)
		require.Equal(t, "12:00:00.000000 "+from+" > "+to+" CONNECT client=sensor-01 duration=60 clean\n"+
			"12:00:01.000000 "+from+" > "+to+" PINGREQ\n"+
			"12:00:02.000000 "+from+" > "+to+" malformed: packet shorter than its length or fields [05 00 01 03]\n", stdout)

		for ports, lines := range map[string]string{"-p 1885": "", "-p 1885 -p 40000": stdout, "-p 0": stdout} {
			_, got, _ := command(t, "decode "+ports+" -f "+file)
			require.Equal(t, lines, got, ports)
		}
		whole, err := os.ReadFile(file)
		require.NoError(t, err)
		_, got, stderr := command(t, "decode", string(whole[:len(whole)-1]))
		require.Contains(t, stdout, got)
		require.Equal(t, "mqttsn: the capture ends in the middle of a packet\n", stderr)
	}
}
