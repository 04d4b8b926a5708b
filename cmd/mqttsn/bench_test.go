package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/cmd/mqttsn/bench"
)

// startFloor starts a gateway that says yes to everything, and returns the options that lead to it.
func startFloor(t *testing.T) string {
	f, err := bench.OpenFloor()
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- f.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		<-ended
	})
	var udp, tcp string
	fmt.Sscan(f.String(), &udp, &tcp)
	return fmt.Sprintf("-h 127.0.0.1 -p %s --broker mqtt://%s", udp[strings.LastIndex(udp, ":")+1:], tcp)
}

func TestBench(t *testing.T) {
	code, stdout, stderr := command(t, "bench up -n 10 -C 100 -q 1 "+startFloor(t))
	require.Zero(t, code, stderr)
	require.Empty(t, stderr, "progress is for terminals")
	require.Regexp(t, `^up           10 devices, QoS 1, 32 octets, 200 messages under way
arrived      100 of 100 in [\d.]+ s, \d+/s; 0 lost, 0 duplicates
arrival      p50 .*
answer       p50 .*
$`, stdout)
}

func TestBenchJSON(t *testing.T) {
	code, stdout, stderr := command(t, "bench up -n 10 -C 100 --rate 1000 --json "+startFloor(t))
	require.Zero(t, code, stderr)
	var r bench.Report
	require.NoError(t, json.Unmarshal([]byte(stdout), &r))
	require.Equal(t, []int{10, 100, 0}, []int{r.Devices, r.Arrived, r.Lost})
	require.Equal(t, 1000.0, r.Rate)
	require.Zero(t, r.Window)
}

func TestBenchWithoutBroker(t *testing.T) {
	code, _, stderr := command(t, "bench up --broker mqtt://127.0.0.1:1")
	require.Equal(t, exitFailed, code)
	require.Contains(t, stderr, "connection refused")
}
