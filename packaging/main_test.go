package packaging

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/e2e/programs"
)

func TestMain(m *testing.M) { os.Exit(programs.Main(m, "..")) }

// made has a target of the Makefile build into a directory of the test, and returns that directory.
func made(t *testing.T, target string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("builds programs: not a short test")
	}
	dir := t.TempDir()
	out, err := exec.Command("make", "-C", "..", target, "BIN="+dir).CombinedOutput()
	require.NoError(t, err, "make %s: %s", target, out)
	return dir
}

// only returns the one file that a pattern fits.
func only(t *testing.T, pattern ...string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(pattern...))
	require.NoError(t, err)
	require.Len(t, found, 1, pattern)
	return found[0]
}

// serves has the gateway that is running pass on a reading of a device.
func serves(t *testing.T, mqttsn, udp string) {
	t.Helper()
	host, port := "127.0.0.1", programs.PortOf(t, udp)
	sub := programs.Start(t, mqttsn, "sub", "-h", host, "-p", port, "-i", "display", "-t", "plant/#", "-C", "1", "-v", "-d", "-W", "60")
	sub.StderrLines().Until("suback accepted")
	programs.Start(t, mqttsn, "pub", "-h", host, "-p", port, "-i", "th1", "-t", "plant/th1", "-m", "21.5", "-q", "1").Succeed()
	require.Equal(t, "plant/th1 21.5", sub.StdoutLines().Until("21.5"))
}
