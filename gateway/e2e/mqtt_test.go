package e2e

import (
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
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
	args = append([]string{"-p", portOf(t, addr), "-t", m.topic, "-q", strconv.Itoa(m.qos)}, args...)
	if m.payload == "" {
		args = append(args, "-n") // an empty file is refused
	} else {
		args = append(args, "-f", file)
	}
	if m.retain {
		args = append(args, "-r")
	}
	start(t, installed(t, "mosquitto_pub"), args...).succeed()
}

// A subscriber is a running mosquitto_sub.
type subscriber struct {
	*process
	lines lines
}

// subscribe starts mosquitto_sub and waits until the broker has acknowledged its subscription.
func subscribe(t testing.TB, addr, filter string, qos int, args ...string) *subscriber {
	t.Helper()
	// QoS, retain, payload in hex, topic. With -d it says when it is subscribed.
	// It would keep that to itself, as its output is no terminal, if stdbuf did not make it write line by line.
	args = append([]string{"-oL", installed(t, "mosquitto_sub"), "-p", portOf(t, addr),
		"-t", filter, "-q", strconv.Itoa(qos), "-d", "-F", "MSG %q %r %x %t"}, args...)
	s := &subscriber{process: start(t, installed(t, "stdbuf"), args...)}
	s.lines = lines{p: s.process, out: &s.stdout}
	s.lines.until("Subscribed (")
	return s
}

// next returns the next message.
func (s *subscriber) next() message {
	s.t.Helper()
	line := s.lines.until("MSG ")
	fields := strings.SplitN(line, " ", 5)
	if len(fields) != 5 {
		s.t.Fatalf("mosquitto_sub wrote %q", line)
	}
	payload, err := hex.DecodeString(fields[3])
	if err != nil {
		s.t.Fatalf("mosquitto_sub wrote %q: %v", line, err)
	}
	return message{qos: int(fields[1][0] - '0'), retain: fields[2] == "1", payload: string(payload), topic: fields[4]}
}

// want takes the next message and compares it.
func (s *subscriber) want(why string, want message) {
	s.t.Helper()
	if got := s.next(); got != want {
		s.t.Fatalf("%s: MQTT client got %v, want %v", why, got, want)
	}
}
