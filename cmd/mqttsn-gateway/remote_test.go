package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/admin"
	"mqttsn-gateway/mqttsn"
)

const testToken = "0123456789abcdef"

var addressField = regexp.MustCompile(`address="?([0-9.]+:\d+)`)

// serving runs a gateway with an admin page, and more flags, until the test ends, and connects a device, th7, to it. It
// returns the flags that reach it.
func serving(t *testing.T, more ...string) (flags string) {
	token := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(token, []byte(testToken+"\n"), 0o600))
	log, done := start(freePorts+" --http 127.0.0.1:0 "+strings.Join(more, " "), "MQTTSN_GATEWAY_HTTP_TOKEN_FILE="+token)
	lines := waitFor(t, log, "msg=ready")
	read := make(chan struct{})
	go func() {
		defer close(read)
		for log.Scan() { // the gateway waits for who reads its log
		}
	}()
	t.Cleanup(func() {
		send(t, syscall.SIGTERM)
		<-read
		require.Zero(t, <-done)
	})
	address := func(message string) string {
		for _, l := range lines {
			if strings.Contains(l, message) {
				return addressField.FindStringSubmatch(l)[1]
			}
		}
		require.Fail(t, "not said", message)
		return ""
	}
	c, err := net.Dial("udp", address("listening for devices"))
	require.NoError(t, err)
	defer c.Close()
	require.NoError(t, c.SetDeadline(time.Now().Add(5*time.Second)))
	for _, p := range []mqttsn.Packet{
		&mqttsn.Connect{ProtocolID: mqttsn.ProtocolID, Duration: 60, ClientID: []byte("th7")},
		&mqttsn.Subscribe{Flags: mqttsn.QoS1.Flags(), MsgID: 1, TopicName: []byte("lamp")},
	} {
		_, err = c.Write(p.Append(nil))
		require.NoError(t, err)
		_, err = c.Read(make([]byte, 100))
		require.NoError(t, err)
	}
	return fmt.Sprintf(" --url http://%s --token-file %s", address("listening for the admin page"), token)
}

func TestCommandsAboutARunningGateway(t *testing.T) {
	flags := serving(t)
	ask := func(line string) string {
		t.Helper()
		code, stdout, stderr := command(line + flags)
		require.Zero(t, code, stderr)
		return stdout
	}
	require.Regexp(t, `(?s)^mqttsn-gateway  builtin, gateway id 1, ready.*devices +1 active.*link udp +udp, up, 1 devices`, ask("status"))
	require.Regexp(t, `(?s)^DEVICE +STATE.*\nth7 +active +\d+s ago +udp +127\.0\.0\.1:\d+ +0`, ask("devices"))
	require.NotContains(t, ask("devices --state asleep"), "th7")
	require.NotContains(t, ask("devices --search th8"), "th7")
	require.Regexp(t, `(?s)state +active.*topic 1 +lamp.*subscription +lamp, QoS 1.*device connected`, ask("device th7"))

	var s status
	require.NoError(t, json.Unmarshal([]byte(ask("status --json")), &s))
	require.Equal(t, "udp", s.Links[0].Name)
	var ds admin.Devices
	require.NoError(t, json.Unmarshal([]byte(ask("devices --json --link udp")), &ds))
	require.Equal(t, 1, ds.Total)
	var d admin.DeviceDetail
	require.NoError(t, json.Unmarshal([]byte(ask("device th7 --json")), &d))
	require.Equal(t, "lamp", d.SubscriptionList[0].Filter)

	require.Equal(t, "th7 is disconnected\n", ask("kick th7"))
	require.Contains(t, ask("device th7"), "disconnected by the operator")
	for line, want := range map[string]string{
		"kick th7":                 `there is no connected device "th7"`,
		"kick th7 --client":        `there is no connected client "th7"`,
		"device th8":               `there is no session of a device "th8"`,
		"devices --state bored":    "there is no state bored",
		"status --token-file none": "open none: no such file or directory",
	} {
		f := flags
		if strings.Contains(line, "token-file") {
			f, _, _ = strings.Cut(flags, " --token-file")
		}
		code, _, stderr := command(line + f)
		require.Equal(t, exitFailed, code, line)
		require.Equal(t, "mqttsn-gateway: "+want+"\n", stderr, line)
	}
}

func TestTap(t *testing.T) {
	flags := serving(t)
	file := filepath.Join(t.TempDir(), "packets.pcapng")
	lines := []string{"tap --client th7", "tap --json --link udp", "tap -w " + file, "tap -w -", "tap --client th8"}
	var stdout, stderr [5]bytes.Buffer
	var codes [5]int
	var watchers, open sync.WaitGroup
	open.Add(len(lines))
	for i, line := range lines {
		watchers.Go(func() {
			codes[i] = execute(strings.Fields(line+" --for 1s"+flags), nil, &stdout[i], writer(func(b []byte) {
				stderr[i].Write(b)
				if strings.HasPrefix(string(b), "watching") {
					open.Done()
				}
			}))
		})
	}
	open.Wait()
	code, _, _ := command("kick th7" + flags)
	require.Zero(t, code)
	watchers.Wait()
	require.Equal(t, [5]int{}, codes)
	require.Regexp(t, `^\d\d:\d\d:\d\d\.\d{3} out udp th7 127\.0\.0\.1:\d+: DISCONNECT\n$`, stdout[0].String())
	var p admin.Packet
	require.NoError(t, json.Unmarshal(stdout[1].Bytes(), &p))
	require.Equal(t, "0218", p.Octets)
	capture, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Contains(t, string(capture), "th7 at 127.0.0.1:")
	require.Contains(t, stdout[3].String(), "th7 at 127.0.0.1:")
	require.Contains(t, stderr[2].String(), "1 packets\n")
	require.Empty(t, stdout[4].String())

	for line, want := range map[string]string{
		"tap --link lan":   "there is no link of this name",
		"tap -w none/file": "open none/file: no such file or directory",
	} {
		code, _, stderr := command(line + flags)
		require.Equal(t, exitFailed, code, line)
		require.Contains(t, stderr, "mqttsn-gateway: "+want+"\n", line)
	}
}

func TestReload(t *testing.T) {
	file := filepath.Join(t.TempDir(), "gateway.yaml")
	write := func(text string) { require.NoError(t, os.WriteFile(file, []byte(text), 0o600)) }
	write("{}\n")
	flags := serving(t, "-c", file)
	code, stdout, stderr := command("reload" + flags)
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "the configuration is as it was")

	write("predefined: {7: plant/x}\ngateway: {id: 9}\n")
	code, stdout, stderr = command("reload" + flags)
	require.Zero(t, code, stderr)
	require.Regexp(t, `^KEY +FROM +TO *\ngateway.id +1 +9 +needs a restart\npredefined.7 +"" +plant/x *\n$`, stdout)
	code, stdout, _ = command("reload --json" + flags)
	require.Zero(t, code)
	var done admin.Reloaded
	require.NoError(t, json.Unmarshal([]byte(stdout), &done))
	require.Equal(t, []admin.Change{{Key: "gateway.id", From: "1", To: "9", Restart: true}}, done.Changes)

	write("predefined: {0: plant/x}\nlimts: {}\n")
	code, _, stderr = command("reload" + flags)
	require.Equal(t, exitFailed, code)
	require.Contains(t, stderr, "mqttsn-gateway: nothing has changed: "+file+":1:")
	require.Contains(t, stderr, "\n"+file+":2:1: limts: unknown key; did you mean limits?")
}

func TestApprovalCommands(t *testing.T) {
	file := filepath.Join(t.TempDir(), "gateway.yaml")
	text := "gateway: {data: " + t.TempDir() + "}\naccess: [{clients: [pump-*], approve: true}]\n"
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	flags := serving(t, "-c", file)
	for _, row := range []struct {
		line string
		code int
		want string
	}{
		{"list", 0, `^DEVICE +STATE +LINK[^\n]*\n$`},
		{"approve pump-1", exitFailed, "name its link with --link"},
		{"approve pump-1 --link lan", exitFailed, "a link of this gateway"},
		{"approve pump-1 --link udp", 0, `^pump-1 on udp: done\n$`},
		{"list", 0, `\npump-1 +approved +udp +- `},
		{"approve pump-1", exitFailed, "approved already"},
		{"list --json", 0, `"client": "pump-1"`},
		{"dismiss pump-1", 0, `^pump-1 on udp: done\n$`},
		{"dismiss pump-1 --link udp", exitFailed, `nobody waits or is approved as "pump-1" there`},
	} {
		code, stdout, stderr := command("approvals " + row.line + flags)
		require.Equal(t, row.code, code, row.line)
		require.Regexp(t, row.want, stdout+stderr, row.line)
	}
}

func TestNamed(t *testing.T) {
	waits := admin.Waiting{Applicant: admin.Applicant{Client: "a", Link: "udp"}}
	list := &admin.Approvals{Waiting: []admin.Waiting{waits}, Approved: []admin.Applicant{{Client: "b", Link: "udp"}, {Client: "b", Link: "lan"}}}
	a, err := named(list, "a")
	require.NoError(t, err)
	require.Equal(t, waits.Applicant, a)
	_, err = named(list, "b")
	require.ErrorIs(t, err, errAmbiguous)
	_, err = named(list, "c")
	require.ErrorIs(t, err, errUnlisted)
}

// A writer is a function that is written to.
type writer func([]byte)

func (w writer) Write(b []byte) (int, error) {
	w(b)
	return len(b), nil
}

func TestNoGatewayAnswers(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	l.Close()
	code, _, stderr := command("status --url http://" + l.Addr().String())
	require.Equal(t, exitFailed, code)
	require.Contains(t, stderr, "no gateway answers at http://"+l.Addr().String())
	require.Contains(t, stderr, "start it with --http")
}

func TestPlain(t *testing.T) {
	require.Equal(t, "a\ufffd[31mb ü", plain("a\x1b[31mb ü"))
}
