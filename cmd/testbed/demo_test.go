package main

import (
	"context"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/testbed"
)

var (
	reading = regexp.MustCompile(`(?m)^\d\d:\d\d:\d\d\.\d{3}  testbed/(temperature/\d \d+\.\d|door/\d (open|closed)|meter/\d \d+\.\d{4})$`)
	verdict = regexp.MustCompile(`(?m)^readings: (\d+) sent, (\d+) acknowledged; errors: 0; messages shown: (\d+)$`)
)

func TestDemo(t *testing.T) {
	code, stdout, stderr := command(t, "demo --for 2s --period 500ms --gateway-program "+realGateway(t))
	require.Zero(t, code, stderr)
	require.Empty(t, stderr)
	m := verdict.FindStringSubmatch(stdout)
	require.NotNil(t, m, stdout)
	require.Equal(t, m[1], m[3], "everything sent is shown")
	require.GreaterOrEqual(t, len(reading.FindAllString(stdout, -1)), 6, stdout)
}

// A watch keeps what is written, and tells when there was a reading.
type watch struct {
	syncBuffer
	seen chan struct{}
	once sync.Once
}

func newWatch() *watch { return &watch{seen: make(chan struct{})} }

func (w *watch) Write(b []byte) (int, error) {
	if reading.Match(b) {
		w.once.Do(func() { close(w.seen) })
	}
	return w.syncBuffer.Write(b)
}

func TestDemoInterrupted(t *testing.T) {
	line := "demo --for 1h --period 200ms --gateway-program " + realGateway(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var stderr syncBuffer
	stdout, done := newWatch(), make(chan int)
	go func() { done <- execute(ctx, strings.Fields(line), stdout, &stderr) }()
	<-stdout.seen
	cancel()
	require.Zero(t, <-done)
	require.Empty(t, stderr.String())
	require.Contains(t, stdout.String(), "messages shown: ")
}

func TestDemoLosesGateway(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	g, err := startGateway(realGateway(t), "127.0.0.1:0", "127.0.0.1:0", t.Output())
	require.NoError(t, err)
	d := &demo{sensors: sensors{kinds: "door", cfg: testbed.FleetConfig{
		Count: 3, Period: 100 * time.Millisecond, RetryInterval: time.Second, Retries: 1, Prefix: "testbed",
	}}}
	stdout, done := newWatch(), make(chan error)
	go func() { done <- d.show(ctx, stdout, g, testbed.DialUDP(g.udp)) }()
	<-stdout.seen
	g.kill()
	require.Regexp(t, "the gateway has ended|the MQTT client has lost its connection", (<-done).Error(), "whichever is noticed first")
}
