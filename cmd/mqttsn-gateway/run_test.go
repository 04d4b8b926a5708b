package main

import (
	"bufio"
	"io"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const freePorts = "run --udp 127.0.0.1:0 --mqtt 127.0.0.1:0"

// start runs a command line, and returns its log, a line at a time, and its exit code, when it has one.
func start(line string, environ ...string) (log *bufio.Scanner, code <-chan int) {
	r, w := io.Pipe()
	done := make(chan int, 1)
	go func() {
		done <- execute(strings.Fields(line), environ, io.Discard, w)
		w.Close()
	}()
	return bufio.NewScanner(r), done
}

// waitFor reads the log until a line contains text, and returns all lines up to there.
func waitFor(t *testing.T, log *bufio.Scanner, text string) (lines []string) {
	for log.Scan() {
		lines = append(lines, log.Text())
		if strings.Contains(log.Text(), text) {
			return lines
		}
	}
	require.Fail(t, "the log ended", "without %q:\n%s", text, strings.Join(lines, "\n"))
	return nil
}

func TestRunSaysWhatItServesAndStops(t *testing.T) {
	log, done := start(freePorts)
	said := strings.Join(waitFor(t, log, "msg=ready"), "\n")
	require.Contains(t, said, "starting without a configuration file")
	require.Contains(t, said, "listening for devices")
	require.Contains(t, said, "listening for MQTT clients")
	require.Contains(t, said, "mode=builtin")

	send(t, syscall.SIGTERM)
	waitFor(t, log, "msg=stopped")
	select {
	case code := <-done:
		require.Zero(t, code)
	case <-time.After(10 * time.Second):
		t.Fatal("still running")
	}
}

func TestRunLogsForMachines(t *testing.T) {
	log, done := start(freePorts, "MQTTSN_GATEWAY_LOG_FORMAT=json")
	waitFor(t, log, `"msg":"ready"`)
	send(t, syscall.SIGINT)
	waitFor(t, log, `"msg":"stopped"`)
	require.Zero(t, <-done)
}
