package programs

import (
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"testing"
)

// StartMosquitto starts mosquitto at addr and waits until it serves. A second start in the same directory finds what the
// first one stored if config says `persistence true`. Lines of configuration may be added, or replace the permission to
// connect without a password.
func StartMosquitto(t testing.TB, addr, dir string, config ...string) *Process {
	t.Helper()
	path := Installed(t, "mosquitto")
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	all := []string{
		"listener " + PortOf(t, addr) + " 127.0.0.1",
		"user " + me.Username, // mosquitto gives up root's rights otherwise, and with them our directory
		"log_dest stderr",
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
	p := StartIn(t, dir, nil, path, "-c", file)
	p.WaitTCP(addr)
	return p
}
