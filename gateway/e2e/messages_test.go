package e2e

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"mqttsn-gateway/gateway/e2e/programs"
)

// messages go from end to end, each with every QoS its row says, between our command line tool as the device and
// mosquitto's clients, through every kind of northbound.
var messages = []message{
	{topic: "plant/th1", payload: "21.5", qos: 0},
	{topic: "plant/th1", payload: "21.5", qos: 1},
	{topic: "plant/th1", payload: "21.5", qos: 2},
	{topic: "binary", payload: everyOctet(), qos: 0},
	{topic: "binary", payload: everyOctet(), qos: 1},
	{topic: "binary", payload: everyOctet(), qos: 2},
	{topic: "Füllstand/Öl/温度/🌡", payload: "voll – 100 %", qos: 0},
	{topic: "Füllstand/Öl/温度/🌡", payload: "voll – 100 %", qos: 1},
	{topic: "Füllstand/Öl/温度/🌡", payload: "voll – 100 %", qos: 2},
	{topic: "t1", payload: "a topic of two octets", qos: 1},
	{topic: "t", payload: "a topic of one octet", qos: 1},
	{topic: "/", payload: "a topic of two empty levels", qos: 1},
	{topic: "with a space", payload: "one\ntwo\n", qos: 1},
	{topic: "empty", payload: "", qos: 1},
	{topic: "long/form", payload: strings.Repeat("0123456789", 100), qos: 1},
	{topic: strings.Repeat("long/", 40) + "topic", payload: "x", qos: 2},
	{topic: "kept/0", payload: "retained", qos: 0, retain: true},
	{topic: "kept/1", payload: everyOctet(), qos: 1, retain: true},
	{topic: "kept/2", payload: "retained", qos: 2, retain: true},
}

func everyOctet() string {
	var b [256]byte
	for i := range b {
		b[i] = byte(i)
	}
	return string(b[:])
}

func TestMessages(t *testing.T) {
	for _, mode := range []struct {
		name  string
		start func(t testing.TB) *gatewayProcess
	}{
		{"builtin", func(t testing.TB) *gatewayProcess { return startBuiltin(t, gatewayOptions{}) }},
		{"transparent", func(t testing.TB) *gatewayProcess {
			programs.Ours(t, "mqttsn-gateway")
			return startTransparent(t, startMosquitto(t).addr, gatewayOptions{})
		}},
	} {
		for _, version := range []string{"1.2", "2.0"} {
			t.Run(mode.name+"/up/"+version, func(t *testing.T) {
				t.Parallel()
				cli := ourTool(t, version)
				g := mode.start(t)
				messagesUp(t, g, cli)
			})
			t.Run(mode.name+"/down/"+version, func(t *testing.T) {
				t.Parallel()
				cli := ourTool(t, version)
				g := mode.start(t)
				messagesDown(t, g, cli)
			})
		}
	}
}

// A tool is our command line tool, speaking a version of MQTT-SN.
type tool struct{ path, version string }

func ourTool(t testing.TB, version string) tool { return tool{programs.Ours(t, "mqttsn"), version} }

// start runs a command of it against the gateway.
func (c tool) start(t testing.TB, g *gatewayProcess, command string, args ...string) *programs.Process {
	t.Helper()
	way := []string{command, "-V", c.version, "-h", "127.0.0.1", "-p", programs.PortOf(t, g.udp)}
	return programs.Start(t, c.path, append(way, args...)...)
}

// messagesUp has devices publish. Ordinary clients of both protocol versions listen.
func messagesUp(t *testing.T, g *gatewayProcess, cli tool) {
	old := subscribe(t, g.mqtt, "#", 2, "-V", "mqttv311")
	young := subscribe(t, g.mqtt, "#", 2, "-V", "mqttv5")
	for _, m := range messages {
		devicePublish(t, g, cli, m)
		live := m
		live.retain = false // it was not sent because it was retained (MQTT 5, 3.3.1.3)
		old.want(fmt.Sprintf("up, 3.1.1: %v", m), live)
		young.want(fmt.Sprintf("up, 5: %v", m), live)
		if m.retain {
			subscribe(t, g.mqtt, m.topic, 2).want(fmt.Sprintf("retained: %v", m), m)
		}
	}
}

// messagesDown has ordinary clients publish, and devices receive.
func messagesDown(t *testing.T, g *gatewayProcess, cli tool) {
	for i, m := range messages {
		version := []string{"mqttv311", "mqttv5"}[i%2]
		why := fmt.Sprintf("down, %s: %v", version, m)
		if m.retain {
			publish(t, g.mqtt, m, "-V", version)
			deviceSubscribe(t, g, cli, m).wantOutput(why, m)
			continue
		}
		s := deviceSubscribe(t, g, cli, m)
		lines := s.StderrLines()
		lines.Until("SUBACK")
		publish(t, g.mqtt, m, "-V", version)
		s.wantOutput(why, m)
	}
}

// devicePublish sends a message by `mqttsn pub`, which ends when the gateway has acknowledged it.
func devicePublish(t *testing.T, g *gatewayProcess, cli tool, m message) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "payload")
	if err := os.WriteFile(file, []byte(m.payload), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"-t", m.topic, "-q", strconv.Itoa(m.qos)}
	if m.payload == "" {
		args = append(args, "-n")
	} else {
		args = append(args, "-f", file)
	}
	if m.retain {
		args = append(args, "-r")
	}
	cli.start(t, g, "pub", args...).Succeed()
}

// A deviceSubscriber is a running `mqttsn sub` that ends with its first message.
type deviceSubscriber struct{ *programs.Process }

// deviceSubscribe subscribes to the topic of m with its QoS. With -d the tool writes the packets that it sends and gets
// to standard error; messages alone go to standard output.
func deviceSubscribe(t *testing.T, g *gatewayProcess, cli tool, m message) deviceSubscriber {
	t.Helper()
	args := []string{"-t", m.topic, "-q", strconv.Itoa(m.qos), "-d", "-C", "1", "-W", "10"}
	if m.payload != "" {
		args = append(args, "-v")
	}
	return deviceSubscriber{cli.start(t, g, "sub", args...)}
}

// wantOutput waits for the end of the tool: it must have written the message, as mosquitto_sub -v does, and no more.
func (s deviceSubscriber) wantOutput(why string, m message) {
	s.T.Helper()
	s.Succeed()
	want := m.topic + " " + m.payload + "\n"
	if m.payload == "" {
		want = "\n" // not verbose, as what to show in place of nothing is a matter of taste
	}
	if got := s.Stdout.Bytes(); !bytes.Equal(got, []byte(want)) {
		s.T.Fatalf("%s: device got %q, want %q", why, got, want)
	}
}
