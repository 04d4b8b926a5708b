// Package gateway_test holds what concerns the repository as a whole.
package gateway_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "mqttsn-gateway/"

// rooms is the picture of docs/design.md: which folders a folder's packages may import, test files included. A folder
// stands for everything in it, unless a longer entry says otherwise: "radio/xbee" is ruled by "radio", "mqttsn/client"
// by its own line. What is listed may be imported with everything in it; its own folder each package always may.
//
// Some folders come with later work; their arrows are drawn already.
var rooms = map[string][]string{
	".": {},

	// The leaves.
	"mqttsn":        {},
	"mqttsn/client": {"mqttsn"},
	"radio":         {},
	"mqtt":          {},

	"testbed": {"mqttsn", "radio"}, // a device that shares code with the gateway would share its mistakes

	"gateway":               {"gateway", "mqttsn", "radio", "mqtt"},
	"gateway/topic":         {},
	"gateway/engine":        {"gateway/access", "gateway/topic", "gateway/store", "mqttsn", "radio", "mqtt"}, // of store, the Batch it lists records in
	"gateway/store":         {},
	"gateway/passwd":        {},
	"gateway/config":        {"gateway/passwd", "gateway/topic", "mqttsn", "radio", "mqtt"},
	"gateway/access":        {"gateway/topic"},
	"gateway/homeassistant": {},
	"gateway/trace":         {"gateway/engine", "mqttsn", "radio"},
	"gateway/admin":         {"gateway/access", "gateway/engine", "gateway/topic", "gateway/trace", "mqttsn", "radio", "mqtt"},

	// Tests only. sim is the one place where the engine and the devices of the testbed meet in one process; the
	// others see the gateway from outside, as a process.
	"gateway/sim":        {"gateway", "mqttsn", "radio", "mqtt", "testbed"},
	"gateway/brokertest": {"gateway/e2e/programs"},
	"gateway/e2e":        {"mqttsn", "radio", "testbed"},
	"gateway/e2e/radios": {"gateway/e2e/programs", "gateway/ledger", "mqttsn", "radio", "testbed"},
	"gateway/ledger":     {"gateway/e2e/programs", "mqttsn", "mqtt"},

	"cmd/internal":       {},
	"cmd/mqttsn-gateway": {"cmd/internal", "gateway", "mqttsn", "radio", "mqtt"},
	"cmd/mqttsn":         {"cmd/internal", "mqttsn", "radio", "mqtt"},
	"cmd/testbed":        {"testbed", "mqttsn", "radio"},

	"packaging": {"gateway/e2e/programs"},

	"docs":             {}, // what writes the generated pages
	"docs/performance": {"cmd/mqttsn/bench", "mqttsn"},
}

// testsOnly may be imported by no one but each other.
var testsOnly = []string{"gateway/sim", "gateway/brokertest", "gateway/e2e", "gateway/e2e/radios", "gateway/ledger", "packaging"}

// silent folders return what they have to say; they do not log.
var silent = []string{"mqttsn", "radio", "mqtt", "gateway/access", "gateway/topic", "gateway/engine"}

// isolated folders hold logic without I/O: files, sockets and processes are out of their reach.
var isolated = []string{"gateway/access", "gateway/topic", "gateway/homeassistant", "gateway/engine"}

type goPackage struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

// folder is where the package lives, relative to the top.
func (p goPackage) folder() string { return folderOf(p.ImportPath) }

func folderOf(importPath string) string {
	if importPath+"/" == module {
		return "."
	}
	return strings.TrimPrefix(importPath, module)
}

func TestImports(t *testing.T) {
	packages := listPackages(t)
	require.NotEmpty(t, packages)
	for _, p := range packages {
		here := p.folder()
		room, ok := roomOf(here)
		if !ok {
			t.Errorf("%s: no room for it in the table of imports_test.go", here)
			continue
		}
		for _, path := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			if !strings.HasPrefix(path, module) {
				continue
			}
			there := folderOf(path)
			allowed := within(there, room) || slices.ContainsFunc(rooms[room], func(r string) bool { return within(there, r) })
			if !allowed {
				t.Errorf("%s imports %s: %s may import %q only", here, there, room, rooms[room])
			}
			if !slices.Contains(testsOnly, here) && slices.Contains(testsOnly, there) {
				t.Errorf("%s imports %s, which is for tests only", here, there)
			}
		}
	}
}

// TestLeavesAreSilent and TestEngineIsIsolated look at what ships; tests may log and open files. Package log is not on the
// list: it is needed to keep the web server beneath WebSocket from logging.
func TestLeavesAreSilent(t *testing.T) {
	forbidImports(t, silent, "log/slog", "github.com/sirupsen/logrus")
}

func TestEngineIsIsolated(t *testing.T) {
	forbidImports(t, isolated, "net", "os", "os/exec", "os/signal", "syscall", "io/fs", "sync", "sync/atomic", "context")
}

func forbidImports(t *testing.T, folders []string, forbidden ...string) {
	for _, p := range listPackages(t) {
		if !slices.ContainsFunc(folders, func(f string) bool { return within(p.folder(), f) }) {
			continue
		}
		for _, path := range p.Imports {
			if slices.Contains(forbidden, path) {
				t.Errorf("%s imports %s", p.folder(), path)
			}
		}
	}
}

// roomOf finds the longest entry that a folder lies in.
func roomOf(folder string) (room string, ok bool) {
	for r := range rooms {
		if within(folder, r) && len(r) > len(room) {
			room, ok = r, true
		}
	}
	return room, ok
}

func within(folder, room string) bool {
	return folder == room || strings.HasPrefix(folder, room+"/")
}

func TestRoomOf(t *testing.T) {
	for folder, want := range map[string]string{
		".":                  ".",
		"mqttsn":             "mqttsn",
		"mqttsn/client":      "mqttsn/client",
		"radio/xbee":         "radio",
		"gateway/engine":     "gateway/engine",
		"gateway/enginetest": "gateway",
	} {
		room, ok := roomOf(folder)
		require.True(t, ok, folder)
		require.Equal(t, want, room, folder)
	}
	_, ok := roomOf("elsewhere")
	require.False(t, ok)
}

func listPackages(t *testing.T) (packages []goPackage) {
	out, err := exec.Command("go", "list", "-e", "-json=ImportPath,Imports,TestImports,XTestImports", "./...").Output()
	require.NoError(t, err)
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			return packages
		}
		require.NoError(t, err)
		packages = append(packages, p)
	}
}
