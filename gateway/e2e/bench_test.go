package e2e

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/e2e/programs"
)

// TestBench has each scenario of "mqttsn bench" played by a few devices, and wants its figures to be those of a gateway that
// loses nothing.
func TestBench(t *testing.T) {
	t.Parallel()
	g := startBuiltin(t, gatewayOptions{})
	for line, want := range map[string]struct{ sent, served int }{
		"connect --beside 2":        {0, 20},
		"up -C 100 --rate 500":      {100, 0},
		"up -C 100 -q 1":            {100, 0},
		"up -C 100 -q 2":            {100, 0},
		"down -C 100 --rate 500":    {100, 0},
		"down -C 100 -q 1":          {100, 0},
		"down -C 100 -q 2":          {100, 0},
		"wake -C 3 --beside 2":      {60, 20},
		"idle -W 1s -k 1s":          {0, 0},
		"asleep -W 100ms":           {0, 0},
		"clients -C 100 -q 1":       {100, 0},
		"clients -C 100 --rate 1e3": {100, 0},
	} {
		args := append([]string{"bench"}, strings.Fields(line)...)
		args = append(args, "-n", "20", "-h", "127.0.0.1", "-p", programs.PortOf(t, g.udp), "--broker", "mqtt://"+g.mqtt,
			"--pid", strconv.Itoa(g.PID()), "--prefix", "b", "--json")
		p := programs.Start(t, programs.Ours(t, "mqttsn"), args...)
		p.Succeed()
		var r struct {
			Sent, Arrived, Lost, Duplicates, Served, Unserved, Refused int
			Answer, Beside                                             *struct{}
			Process                                                    struct {
				Memory int `json:"memory_after_bytes"`
			}
		}
		require.NoError(t, json.Unmarshal(p.Stdout.Bytes(), &r), line)
		require.Equal(t, []int{want.sent, want.sent, 0, 0}, []int{r.Sent, r.Arrived, r.Lost, r.Duplicates}, line)
		require.Equal(t, []int{want.served, 0, 0}, []int{r.Served, r.Unserved, r.Refused}, line)
		require.Equal(t, strings.Contains(line, "beside"), r.Beside != nil, line)
		require.Equal(t, strings.HasPrefix(line, "idle"), r.Answer != nil && want.served == 0 && want.sent == 0, "pings are answered")
		require.Greater(t, r.Process.Memory, 1<<20, line)
	}
}

// The least that a gateway takes is measured by the way.
func TestBenchFloor(t *testing.T) {
	t.Parallel()
	g := startBuiltin(t, gatewayOptions{})
	p := programs.Start(t, programs.Ours(t, "mqttsn"), "bench", "up", "--floor", "-n", "10", "-C", "2000", "-h", "127.0.0.1",
		"-p", programs.PortOf(t, g.udp), "--broker", "mqtt://"+g.mqtt, "--pid", fmt.Sprint(g.PID()))
	p.Succeed()
	require.Contains(t, string(p.Stdout.Bytes()), "\nfloor        CPU ")
}
