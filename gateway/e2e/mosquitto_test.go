package e2e

import (
	"strings"
	"testing"

	"mqttsn-gateway/gateway/e2e/programs"
)

// A broker is a running mosquitto. Its log, on standard error, names every packet.
type broker struct {
	*programs.Process
	addr string
	log  *programs.Lines
}

// startMosquitto starts mosquitto on a free port and waits until it serves. Lines of configuration may be added.
func startMosquitto(t testing.TB, config ...string) *broker {
	t.Helper()
	addr := programs.FreeAddr(t)
	p := programs.StartMosquitto(t, addr, t.TempDir(), append([]string{"log_type all", "sys_interval 1"}, config...)...)
	return &broker{Process: p, addr: addr, log: p.StderrLines()}
}

// clients lists the ids of the clients that the broker has accepted so far, in order.
func (b *broker) clients() (ids []string) {
	for line := range strings.Lines(string(b.Stderr.Bytes())) {
		if _, rest, ok := strings.Cut(line, "New client connected from "); ok {
			_, id, _ := strings.Cut(rest, " as ")
			id, _, _ = strings.Cut(id, " (")
			ids = append(ids, id)
		}
	}
	return ids
}
