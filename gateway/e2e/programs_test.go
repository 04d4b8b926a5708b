package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// binDir holds our own programs; TestMain removes it.
var binDir string

// ours builds a command of this repository once and returns its path. As long as the command does not exist, the test
// is skipped.
func ours(t testing.TB, name string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("starts programs: not a short test")
	}
	if _, err := os.Stat(filepath.Join("..", "..", "cmd", name, "main.go")); err != nil {
		t.Skipf("cmd/%s does not exist yet", name)
	}
	path, err := build(name)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

var (
	buildLock sync.Mutex
	built     = map[string]string{}
)

func build(name string) (path string, err error) {
	buildLock.Lock()
	defer buildLock.Unlock()
	if path, ok := built[name]; ok {
		return path, nil
	}
	if binDir == "" {
		if binDir, err = os.MkdirTemp("", "e2e-bin-"); err != nil {
			return "", err
		}
	}
	path = filepath.Join(binDir, name)
	out, err := exec.Command("go", "build", "-o", path, "mqttsn-gateway/cmd/"+name).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build %s: %w\n%s", name, err, out)
	}
	built[name] = path
	return path, nil
}

// installed finds a program of the system. Where it is missing the test is skipped, unless it runs in CI.
func installed(t testing.TB, name string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("starts programs: not a short test")
	}
	for _, candidate := range []string{name, "/usr/sbin/" + name, "/usr/local/sbin/" + name} {
		if path, err := exec.LookPath(candidate); err == nil {
			return path
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is not installed", name)
	}
	t.Skipf("%s is not installed (Debian: apt install mosquitto mosquitto-clients)", name)
	return ""
}
