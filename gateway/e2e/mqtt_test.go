package e2e

import (
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"mqttsn-gateway/gateway/e2e/programs"
)

// A message is a publication as an ordinary MQTT client sends or gets it.
type message struct {
	topic   string
	payload string
	qos     int
	retain  bool // to be retained, or sent because it was
}

func (m message) String() string {
	retained := ""
	if m.retain {
		retained = " retained"
	}
	return fmt.Sprintf("%s q%d%s %.60q", m.topic, m.qos, retained, m.payload)
}

// publish sends a message by mosquitto_pub, which ends when the broker has acknowledged it.
func publish(t testing.TB, addr string, m message, args ...string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "payload")
	if err := os.WriteFile(file, []byte(m.payload), 0o600); err != nil {
		t.Fatal(err)
	}
	args = append([]string{"-p", programs.PortOf(t, addr), "-t", m.topic, "-q", strconv.Itoa(m.qos)}, args...)
	if m.payload == "" {
		args = append(args, "-n") // an empty file is refused
	} else {
		args = append(args, "-f", file)
	}
	if m.retain {
		args = append(args, "-r")
	}
	programs.Start(t, programs.Installed(t, "mosquitto_pub"), args...).Succeed()
}

// A subscriber is a running mosquitto_sub.
type subscriber struct {
	*programs.Process
	lines *programs.Lines
}

// subscribe starts mosquitto_sub and waits until the broker has acknowledged its subscription.
func subscribe(t testing.TB, addr, filter string, qos int, args ...string) *subscriber {
	t.Helper()
	// QoS, retain, payload in hex, topic. With -d it says when it is subscribed.
	// It would keep that to itself, as its output is no terminal, if stdbuf did not make it write line by line.
	args = append([]string{"-oL", programs.Installed(t, "mosquitto_sub"), "-p", programs.PortOf(t, addr),
		"-t", filter, "-q", strconv.Itoa(qos), "-d", "-F", "MSG %q %r %x %t"}, args...)
	s := &subscriber{Process: programs.Start(t, programs.Installed(t, "stdbuf"), args...)}
	s.lines = s.StdoutLines()
	s.lines.Until("Subscribed (")
	return s
}

// next returns the next message.
func (s *subscriber) next() message {
	s.T.Helper()
	line := s.lines.Until("MSG ")
	fields := strings.SplitN(line, " ", 5)
	if len(fields) != 5 {
		s.T.Fatalf("mosquitto_sub wrote %q", line)
	}
	payload, err := hex.DecodeString(fields[3])
	if err != nil {
		s.T.Fatalf("mosquitto_sub wrote %q: %v", line, err)
	}
	return message{qos: int(fields[1][0] - '0'), retain: fields[2] == "1", payload: string(payload), topic: fields[4]}
}

// want takes the next message and compares it.
func (s *subscriber) want(why string, want message) {
	s.T.Helper()
	if got := s.next(); got != want {
		s.T.Fatalf("%s: MQTT client got %v, want %v", why, got, want)
	}
}
