package brokertest

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/e2e/programs"
)

// A mqttJSDriver is the process in which users of MQTT.js, from npm, live: testdata/mqttjs/driver.js.
type mqttJSDriver struct {
	lock  sync.Mutex // guards what follows
	in    io.Writer
	users []*mqttJS
}

// mqttJS is a user of MQTT.js.
type mqttJS struct {
	t        *testing.T
	driver   *mqttJSDriver
	number   int
	scheme   string // of the URL: mqtt, ws or wss
	ca       string // file of the authority, for wss
	port     string
	version  int
	answers  chan mqttJSLine
	messages chan message
}

// A mqttJSLine is what the driver writes.
type mqttJSLine struct {
	User    int
	Present bool
	Error   string
	Message *mqttJSMessage
}

// A mqttJSMessage is a message in JSON, which has bytes in base64.
type mqttJSMessage struct {
	Topic         string    `json:"topic"`
	Payload       []byte    `json:"payload"`
	QoS           byte      `json:"qos"`
	Retain        bool      `json:"retain"`
	ResponseTopic string    `json:"responseTopic,omitempty"`
	Correlation   []byte    `json:"correlation,omitempty"`
	ContentType   string    `json:"contentType,omitempty"`
	User          [2]string `json:"user"`
}

// mqttJSModules installs MQTT.js once, in a directory that lives as long as the tests.
var mqttJSModules = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp(scratch, "mqttjs-")
	if err != nil {
		return "", err
	}
	pack := []byte(`{"private": true, "dependencies": {"mqtt": "5.16.0"}}`)
	if err := os.WriteFile(filepath.Join(dir, "package.json"), pack, 0o600); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	install := exec.CommandContext(ctx, "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts")
	install.Dir = dir
	if out, err := install.CombinedOutput(); err != nil {
		return "", fmt.Errorf("npm install: %w\n%s", err, out)
	}
	return dir, nil
})

// needMQTTJS returns where MQTT.js is. Where it cannot be had the test is skipped, unless it runs in CI.
func needMQTTJS(t *testing.T) string {
	t.Helper()
	dir, err := mqttJSModules()
	switch {
	case err == nil:
		return dir
	case os.Getenv("CI") != "":
		t.Fatalf("MQTT.js: %v", err)
	}
	t.Skipf("MQTT.js needs node, npm and its registry: %v", err)
	return ""
}

// startMQTTJS starts the driver, which lives as long as t.
func startMQTTJS(t *testing.T) *mqttJSDriver {
	t.Helper()
	cmd := exec.Command("node", "testdata/mqttjs/driver.js", needMQTTJS(t))
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	cmd.Stderr = os.Stderr
	require.NoError(t, cmd.Start())
	d := &mqttJSDriver{in: in}
	read := make(chan struct{})
	go func() {
		defer close(read)
		d.read(out)
	}()
	t.Cleanup(func() {
		cmd.Process.Kill()
		<-read
		cmd.Wait() // fails, as the process was killed
	})
	return d
}

// read hands the driver's lines to its users until it ends.
func (d *mqttJSDriver) read(out io.Reader) {
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var line mqttJSLine
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			panic(err) // the driver is ours
		}
		d.lock.Lock()
		u := d.users[line.User]
		d.lock.Unlock()
		if m := line.Message; m != nil {
			u.messages <- message{
				m.Topic, string(m.Payload), m.QoS, m.Retain, m.ResponseTopic, string(m.Correlation), m.ContentType, m.User,
			}
		} else {
			u.answers <- line
		}
	}
}

func (d *mqttJSDriver) newUser(t *testing.T, addr string, version int) user {
	d.lock.Lock()
	defer d.lock.Unlock()
	u := &mqttJS{
		t: t, driver: d, number: len(d.users), scheme: "mqtt", port: programs.PortOf(t, addr), version: version,
		answers: make(chan mqttJSLine, backlog), messages: make(chan message, backlog),
	}
	d.users = append(d.users, u)
	return u
}

// ask writes a question and waits until it is answered.
func (u *mqttJS) ask(verb string, question map[string]any) (present bool) {
	u.t.Helper()
	maps.Copy(question, map[string]any{"verb": verb, "user": u.number, "port": u.port, "version": u.version})
	u.driver.lock.Lock()
	err := json.NewEncoder(u.driver.in).Encode(question)
	u.driver.lock.Unlock()
	require.NoError(u.t, err)
	select {
	case a := <-u.answers:
		require.Empty(u.t, a.Error, verb)
		return a.Present
	case <-time.After(patience):
		u.t.Fatalf("MQTT.js does not answer %s", verb)
		return false
	}
}

func toMQTTJS(m message) *mqttJSMessage {
	return &mqttJSMessage{
		m.topic, []byte(m.payload), m.qos, m.retain, m.responseTopic, []byte(m.correlation), m.contentType, m.user,
	}
}

func (u *mqttJS) connect(s session) bool {
	question := map[string]any{"client": s.client, "keep": s.keep, "scheme": u.scheme, "ca": u.ca}
	if s.will != nil {
		question["will"] = toMQTTJS(*s.will)
	}
	return u.ask("connect", question)
}

func (u *mqttJS) subscribe(filter string, qos byte) {
	u.ask("subscribe", map[string]any{"filter": filter, "qos": qos})
}

func (u *mqttJS) publish(m message) { u.ask("publish", map[string]any{"message": toMQTTJS(m)}) }
func (u *mqttJS) receive() message  { return next(u.t, u.messages) }
func (u *mqttJS) leave()            { u.ask("leave", map[string]any{}) }
func (u *mqttJS) lose()             { u.ask("lose", map[string]any{}) }
