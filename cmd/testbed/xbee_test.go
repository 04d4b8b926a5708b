package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Readings arrive over the emulated network, also when the modem is pulled out meanwhile.
func TestDemoXBee(t *testing.T) {
	code, stdout, stderr := command(t, "demo-xbee --for 4900ms --unplug 2s --period 300ms --retry-interval 300ms --retries 20 --gateway-program "+realGateway(t))
	require.Zero(t, code, stderr)
	require.Equal(t, 1, strings.Count(stderr, "link is down"), stderr)
	before, after, ok := strings.Cut(stdout, "the modem is plugged in")
	require.True(t, ok, stdout)
	require.Regexp(t, reading, before)
	require.Regexp(t, reading, after)
	require.Regexp(t, `(?m)^air: \d+ packets, busy for \S+; transmissions lost: \d+; packets given up: \d+$`, stdout)
}

func TestDemoXBeeFamilies(t *testing.T) {
	for _, f := range families {
		t.Run(f.word, func(t *testing.T) {
			code, stdout, stderr := command(t, "demo-xbee --for 1s --period 200ms --api-mode 1 --family "+f.word+" --gateway-program "+realGateway(t))
			require.Zero(t, code, stderr)
			require.Contains(t, stdout, "modem       "+f.name+", API mode 1")
		})
	}
}

func TestDemoXBeeMistakes(t *testing.T) {
	for line, want := range map[string]string{
		"--loss 1":     "--loss must be 0 or more, and less than 1",
		"--api-mode 0": "--api-mode must be 1 or 2",
		"--unplug -1s": "--unplug must not be less than 0",
		"--count 0":    "--count, --period, --retry-interval and --retries must be more than 0",
		"--family x":   `invalid argument "x" for "--family" flag: it is not zigbee, digimesh, 802.15.4 or s1`,
	} {
		code, stdout, stderr := command(t, "demo-xbee "+line)
		require.Equal(t, exitMistake, code, line)
		require.Contains(t, stderr, want)
		require.Empty(t, stdout)
	}
}
