package packaging

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/e2e/programs"
)

// A debian is a root directory in which dpkg installs packages.
type debian struct {
	t    *testing.T
	root string
}

// newDebian makes a root directory with as much in it as the package's scripts look at.
func newDebian(t *testing.T) *debian {
	t.Helper()
	programs.Installed(t, "dpkg")
	if os.Getuid() != 0 {
		t.Skip("dpkg installs for root only")
	}
	d := &debian{t, t.TempDir()}
	for name, content := range map[string]string{
		"etc/passwd":          "root:x:0:0:root:/root:/bin/sh\n",
		"etc/group":           "root:x:0:\ndialout:x:20:\n",
		"etc/shadow":          "",
		"etc/gshadow":         "",
		"var/lib/dpkg/status": "",
	} {
		path := d.path(name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
	}
	for _, name := range []string{"var/lib/dpkg/info", "var/lib/dpkg/updates", "var/lib"} {
		require.NoError(t, os.MkdirAll(d.path(name), 0o755))
	}
	return d
}

func (d *debian) path(name string) string { return filepath.Join(d.root, name) }

func (d *debian) dpkg(args ...string) {
	d.t.Helper()
	args = append([]string{"--root=" + d.root, "--force-script-chrootless", "--force-depends"}, args...)
	out, err := exec.Command("dpkg", args...).CombinedOutput()
	require.NoError(d.t, err, "dpkg %s: %s", args, out)
}

// The package is installed, what it installed serves, and it goes as it came.
func TestDebianPackage(t *testing.T) {
	d := newDebian(t)
	deb := only(t, made(t, "package-"+runtime.GOARCH), "packages", "*.deb")
	d.dpkg("--install", deb)

	users, err := os.ReadFile(d.path("etc/passwd"))
	require.NoError(t, err)
	require.Contains(t, string(users), "mqttsn-gateway:")
	require.FileExists(t, d.path("usr/share/man/man1/mqttsn-gateway-run.1.gz"))
	require.FileExists(t, d.path("usr/share/bash-completion/completions/mqttsn-gateway"))
	require.FileExists(t, d.path("usr/lib/udev/rules.d/60-mqttsn-gateway.rules"))
	config := d.path("etc/mqttsn-gateway/gateway.yaml")
	info, err := os.Stat(config)
	require.NoError(t, err)
	require.EqualValues(t, 0o640, info.Mode().Perm(), "it may come to hold passwords")
	enabled, err := os.Lstat(d.path("etc/systemd/system/multi-user.target.wants/mqttsn-gateway.service"))
	require.NoError(t, err, "the service starts with the machine")
	require.NotZero(t, enabled.Mode()&os.ModeSymlink)

	installedServes(t, d, config)

	d.dpkg("--install", deb) // as an upgrade does
	d.dpkg("--remove", "mqttsn-gateway")
	require.NoFileExists(t, d.path("usr/bin/mqttsn-gateway"))
	require.NoFileExists(t, d.path("etc/systemd/system/multi-user.target.wants/mqttsn-gateway.service"))
	require.FileExists(t, config, "removed is not purged")
	require.NoError(t, os.MkdirAll(d.path("var/lib/mqttsn-gateway"), 0o750))
	d.dpkg("--purge", "mqttsn-gateway")
	require.NoFileExists(t, config)
	require.NoDirExists(t, d.path("var/lib/mqttsn-gateway"))
}

// installedServes runs what was installed with the configuration that came with it, on ports that are free.
func installedServes(t *testing.T, d *debian, config string) {
	gateway, udp, broker := d.path("usr/bin/mqttsn-gateway"), programs.FreeAddr(t), programs.FreeAddr(t)
	environment := []string{
		"MQTTSN_GATEWAY_DATA=" + d.path("var/lib/mqttsn-gateway"),
		"MQTTSN_GATEWAY_LINKS_0_LISTEN=" + udp,
		"MQTTSN_GATEWAY_MQTT_LISTENERS_0_LISTEN=" + broker,
		"MQTTSN_GATEWAY_HTTP_LISTEN=" + programs.FreeAddr(t),
	}
	programs.Start(t, gateway, "check", config).Succeed()
	p := programs.StartIn(t, d.root, environment, gateway, "run", "-c", config)
	p.StderrLines().Until("msg=ready")
	idle, err := p.ResidentMemory()
	require.NoError(t, err)
	require.Less(t, idle, uint64(30<<20), "octets of memory when idle")
	serves(t, d.path("usr/bin/mqttsn"), udp)
	p.Stop()

	binary, err := os.Stat(gateway)
	require.NoError(t, err)
	require.Less(t, binary.Size(), int64(25<<20), "octets of the program")
}

// systemd understands the unit without a complaint.
func TestServiceUnit(t *testing.T) {
	analyze := programs.Installed(t, "systemd-analyze")
	unit, err := os.ReadFile("../configs/mqttsn-gateway.service")
	require.NoError(t, err)
	// It wants the program to be there, and its page.
	text := strings.ReplaceAll(string(unit), "/usr/bin/mqttsn-gateway", programs.Ours(t, "mqttsn-gateway"))
	text = strings.ReplaceAll(text, "man:mqttsn-gateway(1)", "man:man(1)")
	path := filepath.Join(t.TempDir(), "mqttsn-gateway.service")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	out, err := exec.Command(analyze, "verify", path).CombinedOutput()
	require.NoError(t, err, string(out))
	require.NotContains(t, string(out), "mqttsn-gateway.service", string(out))
}

// rpm reads the package: what it holds, and that the configuration survives an upgrade.
func TestRedHatPackage(t *testing.T) {
	rpm := programs.Installed(t, "rpm")
	path := only(t, made(t, "package-"+runtime.GOARCH), "packages", "*.rpm")
	ask := func(args ...string) string {
		out, err := exec.Command(rpm, append(args, path)...).CombinedOutput()
		require.NoError(t, err, string(out))
		return string(out)
	}
	require.Contains(t, ask("-qpl"), "/usr/lib/systemd/system/mqttsn-gateway.service\n")
	require.Contains(t, ask("-qp", "--configfiles"), "/etc/mqttsn-gateway/gateway.yaml\n")
	require.Contains(t, ask("-qp", "--scripts"), "systemctl")
	require.Contains(t, ask("-qp", "--requires"), "shadow-utils")
}
