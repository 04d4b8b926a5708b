package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"mqttsn-gateway/gateway/config"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// command runs a command line, its words separated by spaces.
func command(line string, environ ...string) (code int, stdout, stderr string) {
	var out, errs strings.Builder
	code = execute(strings.Fields(line), environ, &out, &errs)
	return code, out.String(), errs.String()
}

func TestMistakes(t *testing.T) {
	for line, want := range map[string]string{
		"run --bogus":                     "mqttsn-gateway: unknown flag: --bogus; see mqttsn-gateway run --help",
		"run x":                           `mqttsn-gateway: unknown command "x" for "mqttsn-gateway run"; see mqttsn-gateway run --help`,
		"bogus":                           `mqttsn-gateway: unknown command "bogus" for "mqttsn-gateway"; see mqttsn-gateway --help`,
		"check":                           "mqttsn-gateway: check needs the name of one file; see mqttsn-gateway check --help",
		"check none.yaml":                 "none.yaml: there is no such file",
		"run -c none.yaml":                "none.yaml: there is no such file",
		"run --http :8080":                "--http: http.listen: :8080 can be reached from other machines, and there is no token; set http.token_file, or listen on 127.0.0.1",
		"run --mode aggregating":          "--mode: gateway.mode: aggregating needs a broker; set upstream.url",
		"run --predefined 7":              `mqttsn-gateway: invalid argument "7" for "--predefined" flag: it is not of the form ID=TOPIC; see mqttsn-gateway run --help`,
		"serial bogus":                    `mqttsn-gateway: unknown command "bogus" for "mqttsn-gateway serial"; see mqttsn-gateway serial --help`,
		"xbee doctor":                     "mqttsn-gateway: doctor needs the name of one serial port; see mqttsn-gateway xbee doctor --help",
		"xbee doctor x --api-mode 3":      `mqttsn-gateway: invalid argument "3" for "--api-mode" flag: it is neither 1 nor 2; see mqttsn-gateway xbee doctor --help`,
		"xbee doctor x --pan z":           `mqttsn-gateway: invalid argument "z" for "--pan" flag: it is not a number of 1 to 16 hexadecimal digits; see mqttsn-gateway xbee doctor --help`,
		"run --mode transparent":          "--mode: gateway.mode: transparent needs a broker; set upstream.url",
		"config --udp x --gateway-id 256": "--gateway-id: gateway.id: 256 is out of range; write 1 to 255\n--udp: links[0].listen: x is not an address; write host:port or :port, with a port of 0 to 65535 (0: one that is free)",
	} {
		code, stdout, stderr := command(line)
		require.Equal(t, exitMistake, code, line)
		require.Equal(t, want+"\n", stderr, line)
		require.Empty(t, stdout, line)
	}
}

func TestCheck(t *testing.T) {
	file := filepath.Join(t.TempDir(), "gateway.yaml")
	require.NoError(t, os.WriteFile(file, config.Sample(), 0o600))
	code, stdout, stderr := command("check " + file)
	require.Zero(t, code, stderr)
	require.Equal(t, file+": no mistakes\n", stdout)

	require.NoError(t, os.WriteFile(file, []byte("gateway:\n  id: 0\n  idd: 1\n"), 0o600))
	code, _, stderr = command("check " + file)
	require.Equal(t, exitMistake, code)
	require.Equal(t, file+":2:7: gateway.id: 0 is out of range; write 1 to 255\n"+
		file+":3:3: gateway.idd: unknown key; did you mean id?\n", stderr)
}

func TestConfigOverrides(t *testing.T) {
	file := filepath.Join(t.TempDir(), "gateway.yaml")
	require.NoError(t, os.WriteFile(file, []byte("{gateway: {id: 2, name: file}, log: {level: warn}, upstream: {password: hush}}"), 0o600))
	code, stdout, stderr := command("config -c "+file+" --upstream mqtt://broker --gateway-id 4 --allow-qos-minus-one --predefined 1=a --predefined 2=b",
		"MQTTSN_GATEWAY_ID=3", "MQTTSN_GATEWAY_LOG_LEVEL=error")
	require.Zero(t, code, stderr)
	require.NotContains(t, stdout, "hush")

	require.NoError(t, os.WriteFile(file, []byte(stdout), 0o600))
	got, err := config.Load(file, nil, nil)
	require.NoError(t, err)
	want := config.Default()
	want.Gateway.ID, want.Gateway.Name, want.Gateway.Mode = 4, "file", config.Transparent
	want.Log.Level = "error"
	want.Upstream.URL, want.Upstream.Password = "mqtt://broker", got.Upstream.Password
	want.QoSMinusOne.Allow = true
	want.Predefined = map[uint16]string{1: "a", 2: "b"}
	require.Equal(t, want, got)
}

func TestHelp(t *testing.T) {
	code, stdout, stderr := command("run --help")
	require.Zero(t, code, stderr)
	for _, f := range config.Flags {
		require.Contains(t, stdout, strings.TrimSpace("--"+f.Name+" "+f.Value)+" ", f.Name)
		require.Contains(t, stdout, f.Usage)
	}
	code, stdout, _ = command("completion bash")
	require.Zero(t, code)
	require.Contains(t, stdout, "mqttsn-gateway")
}

func TestVersion(t *testing.T) {
	version, commit = "1.2.3", "abcdef"
	defer func() { version, commit = "", "" }()
	code, stdout, _ := command("version")
	require.Zero(t, code)
	require.Regexp(t, `^mqttsn-gateway 1\.2\.3 \(abcdef\), go1\.\S+ \w+/\w+\n$`, stdout)

	version = ""
	require.NotEmpty(t, buildVersion().version, "what Go noted")
}
