package e2e

import (
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"testing"
)

// A broker is a running mosquitto. Its log, on standard error, names every packet.
type broker struct {
	*process
	addr string
	log  lines
}

// startMosquitto starts mosquitto on a free port and waits until it serves. Lines of configuration may be added, or
// replace the permission to connect without a password.
func startMosquitto(t testing.TB, config ...string) *broker {
	t.Helper()
	return startMosquittoAt(t, freeAddr(t), t.TempDir(), config...)
}

// startMosquittoAt is startMosquitto with an address and a directory, in which a second start finds what the first one
// stored if config says `persistence true`.
func startMosquittoAt(t testing.TB, addr, dir string, config ...string) *broker {
	t.Helper()
	path := installed(t, "mosquitto")
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	all := []string{
		"listener " + portOf(t, addr) + " 127.0.0.1",
		"user " + me.Username, // mosquitto gives up root's rights otherwise, and with them our directory
		"log_type all",
		"log_dest stderr",
		"sys_interval 1",
		"persistence_location " + dir + "/",
	}
	all = append(all, config...)
	if !strings.Contains(strings.Join(config, "\n"), "allow_anonymous") {
		all = append(all, "allow_anonymous true")
	}
	file := filepath.Join(dir, "mosquitto.conf")
	if err := os.WriteFile(file, []byte(strings.Join(all, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	b := &broker{process: startIn(t, dir, nil, path, "-c", file), addr: addr}
	b.log = lines{p: b.process, out: &b.stderr}
	b.waitTCP(addr)
	return b
}

// clients lists the ids of the clients that the broker has accepted so far, in order.
func (b *broker) clients() (ids []string) {
	for line := range strings.Lines(string(b.stderr.bytes())) {
		if _, rest, ok := strings.Cut(line, "New client connected from "); ok {
			_, id, _ := strings.Cut(rest, " as ")
			id, _, _ = strings.Cut(id, " (")
			ids = append(ids, id)
		}
	}
	return ids
}
