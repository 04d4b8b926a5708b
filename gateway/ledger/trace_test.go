package ledger

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"mqttsn-gateway/mqtt"
	"mqttsn-gateway/mqttsn"
)

// A trace is a file with every packet that the parties sent and received, and with what was done to the processes. It is
// kept if the tests run with -artifacts.
type trace struct {
	path string
	mu   sync.Mutex
	file *os.File
	w    *bufio.Writer
}

func newTrace(t *testing.T) *trace {
	tr := &trace{path: filepath.Join(t.ArtifactDir(), "packets.log")}
	var err error
	if tr.file, err = os.Create(tr.path); err != nil {
		t.Fatal(err)
	}
	tr.w = bufio.NewWriterSize(tr.file, 1<<20)
	t.Cleanup(func() { tr.file.Close() })
	return tr
}

func (tr *trace) note(party, what string) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	fmt.Fprintf(tr.w, "%s %s %s\n", time.Now().Format("15:04:05.000000"), party, what)
}

// device notes a datagram that a device has sent (->) or received (<-).
func (tr *trace) device(party, way string, datagram []byte) {
	p, err := mqttsn.Parse(datagram)
	if err != nil {
		tr.note(party, fmt.Sprintf("%s % x: %v", way, datagram, err))
		return
	}
	tr.note(party, fmt.Sprintf("%s %v", way, p))
}

// client notes a packet of an MQTT connection.
func (tr *trace) client(party, way string, p mqtt.Packet) {
	switch p := p.(type) {
	case *mqtt.Publish:
		tr.note(party, fmt.Sprintf("%s PUBLISH %s qos=%d id=%d dup=%t %s", way, p.Topic, p.QoS, p.PacketID, p.Dup, idOf(p.Payload)))
	case *mqtt.Ack:
		tr.note(party, fmt.Sprintf("%s %s id=%d %s", way, p.Kind, p.PacketID, p.Reason))
	case *mqtt.Connack:
		tr.note(party, fmt.Sprintf("%s CONNACK present=%t %s", way, p.SessionPresent, p.Reason))
	default:
		tr.note(party, way+" "+p.Type().String())
	}
}

// show logs the packets that carried each of some messages, the first faults being the ones to look at.
func (tr *trace) show(t *testing.T, faults []Fault) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.w.Flush()
	t.Logf("packets: %s (kept with -artifacts)", tr.path)
	const most = 5
	for _, f := range faults[:min(most, len(faults))] {
		if f.ID != "" {
			t.Logf("%v\n%s", f, tr.excerpt(f))
		}
	}
}

// excerpt returns the lines that concern a fault: the packets of the publisher, the receiver and the tap that carried the
// message, and what happened to the processes between the first and the last of them.
func (tr *trace) excerpt(f Fault) string {
	file, err := os.Open(tr.path)
	if err != nil {
		return err.Error()
	}
	defer file.Close()
	publisher, _, _ := strings.Cut(strings.TrimPrefix(f.ID, "will:"), ":")
	var found, between strings.Builder
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text() + " \n"
		_, rest, _ := strings.Cut(line, " ")
		party, what, _ := strings.Cut(rest, " ")
		switch {
		case party == "gateway" || party == "broker":
			between.WriteString(line)
		case (party == publisher || party == f.Party || strings.HasPrefix(party, "tap")) && strings.Contains(what, f.ID+" "):
			if found.Len() > 0 {
				found.WriteString(between.String())
			}
			between.Reset()
			found.WriteString(line)
		}
	}
	return found.String()
}
