package frame_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/radio/xbee/frame"
)

// xbee-api is an independent implementation of the frame format. The package names a fork of buffer-reader that the
// registry does not have; the published one works as well.
const npmPackage = `{"private": true, "dependencies": {"xbee-api": "0.6.0"}, "overrides": {"buffer-reader": "0.1.0"}}`

// npm is what xbee-api makes of a frame.
type npm struct {
	Frames int            // that it has found
	Fields map[string]any // nil if it does not know the type
	Built  string         // hex of the line, if it can build the type
}

// askNPM lets xbee-api parse lines, each in a mode.
func askNPM(t *testing.T, lines [][]byte, modes []frame.Mode) []npm {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	run := func(cmd *exec.Cmd) {
		t.Helper()
		if out, err := cmd.CombinedOutput(); err != nil {
			skipOrFail(t, fmt.Sprintf("%v: %v\n%s", cmd, err, out))
		}
	}
	run(exec.CommandContext(ctx, "node", "--version"))
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "package.json"), []byte(npmPackage), 0o600); err != nil {
		t.Fatal(err)
	}
	install := exec.CommandContext(ctx, "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts")
	install.Dir = dir
	run(install)

	var in bytes.Buffer
	for i, l := range lines {
		fmt.Fprintf(&in, `{"mode": %d, "line": "%x"}`+"\n", modes[i], l)
	}
	node := exec.CommandContext(ctx, "node", "testdata/interop.js", dir)
	node.Stdin, node.Stderr = &in, os.Stderr
	out, err := node.Output()
	if err != nil {
		t.Fatal(err)
	}
	var answers []npm
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var a npm
		if err := d.Decode(&a); err != nil {
			t.Fatal(err)
		}
		answers = append(answers, a)
	}
	if len(answers) != len(lines) {
		t.Fatalf("%d answers to %d questions", len(answers), len(lines))
	}
	return answers
}

// skipOrFail skips a test that needs other programs, except in CI.
func skipOrFail(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(why)
	}
	t.Skip(why)
}

func TestInteropWithNPM(t *testing.T) {
	if testing.Short() {
		t.Skip("downloads a package")
	}
	frames := make([]frame.Frame, 0, 300)
	for _, v := range vectors {
		frames = append(frames, v.frame)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		data := make([]byte, random.IntN(200))
		for i := range data {
			data[i] = "\x7E\x7D\x11\x13\x00\xFF"[random.IntN(6)]
		}
		frames = append(frames, &frame.Transmit{ID: byte(1 + random.IntN(255)), Dest: frame.Addr64(random.Uint64()),
			Dest16: frame.Addr16(random.Uint32()), Data: data})
	}
	var lines [][]byte
	var modes []frame.Mode
	for _, f := range frames {
		for _, m := range []frame.Mode{frame.Plain, frame.Escaped} {
			lines, modes = append(lines, frame.Append(nil, m, f.Append(nil))), append(modes, m)
		}
	}
	parsed, built := 0, 0
	for i, answer := range askNPM(t, lines, modes) {
		f := frames[i/2]
		name := fmt.Sprintf("%v %+v", modes[i], f)
		require.Equal(t, 1, answer.Frames, name)
		for field, want := range npmFields(f) {
			require.Equal(t, want, fmt.Sprint(answer.Fields[field]), "%s: %s", name, field)
			parsed++
		}
		if answer.Built != "" {
			require.Equal(t, hex.EncodeToString(lines[i]), answer.Built, name)
			built++
		}
	}
	t.Logf("%d fields compared, %d frames rebuilt", parsed, built)
	require.Greater(t, built, 400)
}

// npmFields are the fields of a frame under the names that xbee-api gives them, as text. Types that it does not know, or
// leaves undecoded, have none.
func npmFields(f frame.Frame) map[string]string {
	a64 := func(a frame.Addr64) string { return fmt.Sprintf("%016x", uint64(a)) }
	a16 := func(a frame.Addr16) string { return fmt.Sprintf("%04x", uint16(a)) }
	num := func(n any) string { return fmt.Sprintf("%d", n) }
	data := hex.EncodeToString
	switch f := f.(type) {
	case *frame.AT:
		return map[string]string{"id": num(f.ID), "command": f.Command, "commandParameter": data(f.Value)}
	case *frame.ATResponse:
		if f.Command == "ND" {
			return map[string]string{"id": num(f.ID), "commandStatus": num(f.Status),
				"nodeIdentification": "map[deviceType:1 digiManufacturerID:101e digiProfileID:c105 nodeIdentifier:N1 remote16:7d84 " +
					"remote64:0013a20040a1b2c3 remoteParent16:fffe sourceEvent:0]"}
		}
		return map[string]string{"id": num(f.ID), "command": f.Command, "commandStatus": num(f.Status),
			"commandData": data(f.Value)}
	case *frame.RemoteAT:
		return map[string]string{"id": num(f.ID), "destination64": a64(f.Dest), "destination16": a16(f.Dest16),
			"remoteCommandOptions": num(f.Options), "command": f.Command, "commandParameter": data(f.Value)}
	case *frame.RemoteATResponse:
		return map[string]string{"id": num(f.ID), "remote64": a64(f.Source), "remote16": a16(f.Source16),
			"command": f.Command, "commandStatus": num(f.Status), "commandData": data(f.Value)}
	case *frame.Transmit:
		return map[string]string{"id": num(f.ID), "destination64": a64(f.Dest), "destination16": a16(f.Dest16),
			"broadcastRadius": num(f.Radius), "options": num(f.Options), "data": data(f.Data)}
	case *frame.ExplicitTransmit:
		return map[string]string{"id": num(f.ID), "destination64": a64(f.Dest), "destination16": a16(f.Dest16),
			"sourceEndpoint": num(f.Endpoint.Source), "destinationEndpoint": num(f.Endpoint.Dest),
			"clusterId": num(f.Endpoint.Cluster), "profileId": num(f.Endpoint.Profile), "data": data(f.Data)}
	case *frame.Transmit64:
		return map[string]string{"id": num(f.ID), "destination64": a64(f.Dest), "options": num(f.Options), "data": data(f.Data)}
	case *frame.Transmit16:
		return map[string]string{"id": num(f.ID), "destination16": a16(f.Dest), "options": num(f.Options), "data": data(f.Data)}
	case *frame.TransmitStatus:
		return map[string]string{"id": num(f.ID), "remote16": a16(f.Dest16), "transmitRetryCount": num(f.Retries),
			"deliveryStatus": num(f.Delivery), "discoveryStatus": num(f.Discovery)}
	case *frame.TxStatus:
		return map[string]string{"id": num(f.ID), "deliveryStatus": num(f.Status)}
	case *frame.Receive:
		return map[string]string{"remote64": a64(f.Source), "remote16": a16(f.Source16), "receiveOptions": num(f.Options),
			"data": data(f.Data)}
	case *frame.ExplicitReceive:
		return map[string]string{"remote64": a64(f.Source), "remote16": a16(f.Source16), "receiveOptions": num(f.Options),
			"sourceEndpoint": fmt.Sprintf("%02x", f.Endpoint.Source), "clusterId": fmt.Sprintf("%04x", f.Endpoint.Cluster),
			"profileId": fmt.Sprintf("%04x", f.Endpoint.Profile), "data": data(f.Data)}
	case *frame.Receive64:
		return map[string]string{"remote64": a64(f.Source), "rssi": num(f.RSSI), "receiveOptions": num(f.Options),
			"data": data(f.Data)}
	case *frame.Receive16:
		return map[string]string{"remote16": a16(f.Source), "rssi": num(f.RSSI), "receiveOptions": num(f.Options),
			"data": data(f.Data)}
	case *frame.ModemStatus:
		return map[string]string{"modemStatus": num(f.Status)}
	case *frame.NodeID:
		return map[string]string{"sender64": a64(f.Sender), "sender16": a16(f.Sender16), "remote64": a64(f.Node),
			"remote16": a16(f.Node16), "nodeIdentifier": string(f.Name), "remoteParent16": a16(f.Parent16),
			"deviceType": num(f.Role), "sourceEvent": num(f.Event)}
	case *frame.Sample:
		return map[string]string{"remote64": a64(f.Source), "remote16": a16(f.Source16), "receiveOptions": num(f.Options)}
	case *frame.RouteRecord:
		return map[string]string{"remote64": a64(f.Source), "hopCount": num(len(f.Hops)),
			"addresses": fmt.Sprintf("[%d %d]", f.Hops[0], f.Hops[1])}
	}
	return nil
}
