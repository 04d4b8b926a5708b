package programs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// programs holds the paths of our own commands, those that exist; Build builds them.
var programs = map[string]string{}

// Build builds our commands into dir, from the sources of the repository whose top is there.
func Build(top, dir string) error {
	if err := dependOnSources(top); err != nil {
		return err
	}
	for _, name := range []string{"mqttsn-gateway", "mqttsn"} {
		if _, err := os.Stat(filepath.Join(top, "cmd", name, "main.go")); err != nil {
			continue
		}
		path := filepath.Join(dir, name)
		if out, err := exec.Command("go", "build", "-o", path, "mqttsn-gateway/cmd/"+name).CombinedOutput(); err != nil {
			return fmt.Errorf("build %s: %w\n%s", name, err, out)
		}
		programs[name] = path
	}
	return nil
}

// dependOnSources looks into every folder of the repository. `go test` notes that, and repeats a result that it has kept
// only as long as nothing in there was changed; it knows nothing of the programs that we build.
func dependOnSources(top string) error {
	return filepath.WalkDir(top, func(path string, d os.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // somebody's temporary file
		case err == nil && d.IsDir() && (d.Name() == ".git" || d.Name() == "bin" || d.Name() == "data"):
			return filepath.SkipDir
		}
		return err
	})
}

// Ours returns the path of a command of this repository. As long as the command does not exist, the test is skipped.
func Ours(t testing.TB, name string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("starts programs: not a short test")
	}
	path, ok := programs[name]
	if !ok {
		t.Skipf("cmd/%s does not exist yet", name)
	}
	return path
}

// Installed finds a program of the system. Where it is missing the test is skipped, unless it runs in CI.
func Installed(t testing.TB, name string) string {
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
