package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// builds is where the gateway is built.
var builds string

func TestMain(m *testing.M) {
	var err error
	if builds, err = os.MkdirTemp("", "testbed-"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		os.RemoveAll(builds)
		os.Exit(code)
	}))
}

// command runs a command line, its words separated by spaces.
func command(t testing.TB, line string) (code int, stdout, stderr string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var out, errs bytes.Buffer
	code = execute(ctx, strings.Fields(line), &out, &errs)
	require.NoError(t, ctx.Err(), line)
	return code, out.String(), errs.String()
}

// realGateway is the gateway's program, built from the sources beside us.
func realGateway(t testing.TB) string {
	t.Helper()
	if testing.Short() {
		t.Skip("builds and starts the gateway: not a short test")
	}
	path, err := buildGateway()
	require.NoError(t, err)
	return path
}

var buildGateway = sync.OnceValues(func() (string, error) {
	path := filepath.Join(builds, gatewayName)
	out, err := exec.Command("go", "build", "-o", path, "mqttsn-gateway/cmd/"+gatewayName).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return path, nil
})

// script is a program made of shell commands.
func script(t testing.TB, commands ...string) string {
	path := filepath.Join(t.TempDir(), "script")
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+strings.Join(commands, "\n")+"\n"), 0o700))
	return path
}

// A syncBuffer may be written and read by several goroutines.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(b)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func TestMistakes(t *testing.T) {
	for line, want := range map[string]string{
		"bogus":               `unknown command "bogus" for "testbed"; see testbed --help`,
		"fleet x":             `"x" is no option; see testbed fleet --help`,
		"fleet --count 0":     "--count, --period, --retry-interval and --retries must be more than 0; see testbed fleet --help",
		"fleet --kind window": `"window" is not a kind of sensor: write temperature, door, meter or mix; see testbed fleet --help`,
		"fleet --qos -1":      "--qos must be 0, 1 or 2; see testbed fleet --help",
		"fleet --prefix=":     "--prefix must not be empty; see testbed fleet --help",
		"fleet --every 0s":    "--for must not be less than 0, and --every must be more than 0; see testbed fleet --help",
		"fleet --for -1s":     "--for must not be less than 0, and --every must be more than 0; see testbed fleet --help",
		"lossy --loss much":   `invalid argument "much" for "--loss" flag: strconv.ParseFloat: parsing "much": invalid syntax; see testbed lossy --help`,
		"lossy --direction x": "--direction must be up, down or both; see testbed lossy --help",
		"lossy --every 0s":    "--for must not be less than 0, and --every must be more than 0; see testbed lossy --help",
		"demo --for -1s":      "--for must not be less than 0; see testbed demo --help",
		"demo --count 0":      "--count, --period, --retry-interval and --retries must be more than 0; see testbed demo --help",
	} {
		code, stdout, stderr := command(t, line)
		require.Equal(t, exitMistake, code, line)
		require.Equal(t, fmt.Sprintf("testbed: %s\n", want), stderr, line)
		require.Empty(t, stdout, line)
	}
}

func TestHelp(t *testing.T) {
	for _, line := range []string{"--help", "demo --help", "fleet --help", "lossy --help"} {
		code, stdout, stderr := command(t, line)
		require.Zero(t, code, stderr)
		require.Contains(t, stdout, "Usage:\n", line)
	}
}

func TestFailures(t *testing.T) {
	for line, want := range map[string]string{
		"lossy --loss 2":                           "testbed: shares of datagrams go from 0 to 1\n",
		"lossy --listen 203.0.113.1:1":             "testbed: listen udp 203.0.113.1:1: bind: cannot assign requested address\n",
		"demo --gateway-program /there/is/nothing": "testbed: fork/exec /there/is/nothing: no such file or directory\n",
		"demo --gateway-program " + script(t, "echo this will not do >&2", "exit 3"): "this will not do\ntestbed: the gateway could not start: exit status 3\n",
		"demo --gateway-program " + script(t, "exit 0"):                              "testbed: the gateway could not start: it ended by itself\n",
	} {
		code, stdout, stderr := command(t, line)
		require.Equal(t, exitFailed, code, line)
		require.Equal(t, want, stderr, line)
		require.Empty(t, stdout, line)
	}
}
