package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/gateway/trace"
	"mqttsn-gateway/mqtt"
	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/radio"
)

// A world is an engine with a clock that stands still until it is moved, and a server that shows it.
type world struct {
	t      *testing.T
	url    string
	server *Server
	token  string

	mu      sync.Mutex
	now     time.Duration
	engine  *engine.Engine
	out     engine.Out
	stopped bool
	events  Events
	taps    trace.Taps
}

func newWorld(t *testing.T, mode engine.Mode) *world {
	c := engine.DefaultConfig("udp")
	c.Mode, c.Links[0].Advertise, c.Device.Rate = mode, 0, 0
	c.Uplink.Brokers = []string{"mqtt://broker"}
	e, err := engine.New(c)
	require.NoError(t, err)
	w := &world{t: t, engine: e, now: time.Hour}
	log := logrus.New()
	log.SetOutput(io.Discard)
	w.server, err = Listen(Config{
		Listen: "127.0.0.1:0", Token: func() (string, error) { return w.token, nil },
		Gateway: Identity{Name: "cellar", ID: 7, Mode: "builtin", Version: "v1.2.3"},
		Links:   []LinkIdentity{{"udp", "udp"}}, Ask: w.ask, Watch: w.watch, Events: &w.events, Log: logrus.NewEntry(log),
		TraceLinks: []trace.Link{{Name: "udp", Type: "udp", Local: netip.MustParseAddrPort("0.0.0.0:1884")}},
		Describe:   func(a engine.Addr) string { return fmt.Sprintf("192.0.2.%d:1000", a.Peer[3]) },
	})
	require.NoError(t, err)
	w.url = "http://" + w.server.Addr().String()
	var serving sync.WaitGroup
	serving.Go(w.server.Serve)
	t.Cleanup(func() {
		w.server.Close()
		serving.Wait()
		http.DefaultClient.CloseIdleConnections()
	})
	return w
}

func (w *world) ask(_ context.Context, f func(*engine.Engine, time.Duration, *engine.Out)) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopped {
		return false
	}
	f(w.engine, w.now, &w.out)
	for _, n := range w.out.Notes {
		w.events.Add(time.Now(), n)
	}
	w.out.Reset()
	return true
}

func (w *world) watch(_ context.Context, t *trace.Tap) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.taps.Add(t)
	return !w.stopped
}

// hear lets the i-th device say something.
func (w *world) hear(i int, p mqttsn.Packet) {
	var peer radio.Peer
	peer[2], peer[3] = byte(i>>8), byte(i)
	w.ask(w.t.Context(), func(e *engine.Engine, now time.Duration, out *engine.Out) {
		e.Datagram(now, 0, peer, p.Append(nil), out)
		a := engine.Addr{Peer: peer}
		client, version := e.Owner(a)
		w.taps.Show(trace.Packet{At: time.Now(), Addr: a, Client: client, Version: version, Data: p.Append(nil)})
		for _, d := range out.Datagrams {
			w.taps.Show(trace.Packet{At: time.Now(), Out: true, Addr: a, Client: client, Version: version, Data: d.Data})
		}
	})
}

// device connects the i-th device, which subscribes to plant/ and its name.
func (w *world) device(i int) {
	id := fmt.Sprintf("th%d", i)
	w.hear(i, &mqttsn.Connect{Flags: mqttsn.FlagCleanSession, ProtocolID: mqttsn.ProtocolID, Duration: 60, ClientID: []byte(id)})
	w.hear(i, &mqttsn.Subscribe{Flags: mqttsn.QoS1.Flags(), MsgID: 1, TopicName: []byte("plant/" + id)})
}

// client connects an ordinary MQTT client.
func (w *world) client(id string) {
	w.ask(w.t.Context(), func(e *engine.Engine, now time.Duration, out *engine.Out) {
		e.Accepted(now, 1, engine.ConnInfo{Remote: "192.0.2.9:5", Listener: "mqtt", Welcome: true}, out)
		e.Packet(now, 1, &mqtt.Connect{Version: mqtt.V5, ClientID: id, CleanStart: true, KeepAlive: 30}, out)
	})
}

// call makes a request, and reads the answer into v unless it is nil. Header lines are "Name: value".
func (w *world) call(method, path, body string, v any, header ...string) (status int) {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.url+path, strings.NewReader(body))
	require.NoError(w.t, err)
	for _, h := range header {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
		if name == "Host" {
			r.Host = value
		}
	}
	answer, err := http.DefaultClient.Do(r)
	require.NoError(w.t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(w.t, err)
	if v != nil {
		d := json.NewDecoder(strings.NewReader(string(text)))
		d.DisallowUnknownFields()
		require.NoError(w.t, d.Decode(v), "%s", text)
	}
	return answer.StatusCode
}

// get reads what must be there.
func (w *world) get(path string, v any) {
	w.t.Helper()
	require.Equal(w.t, http.StatusOK, w.call("GET", path, "", v), path)
}
