package admin

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/radio"
)

func TestGateway(t *testing.T) {
	w := newWorld(t, engine.Builtin)
	w.device(1)
	w.device(2)
	w.client("node-red")
	w.hear(2, &mqttsn.Disconnect{Duration: 60})
	var g Gateway
	w.get("/api/v1/gateway", &g)
	require.Equal(t, "cellar", g.Name)
	require.EqualValues(t, 7, g.ID)
	require.WithinDuration(t, time.Now().Add(-time.Hour), g.Started, time.Minute)
	require.Equal(t, Health{OK: true}, g.Ready)
	require.Equal(t, map[string]int{"active": 1, "asleep": 1, "awake": 0, "lost": 0, "disconnected": 0}, g.Devices)
	require.Equal(t, 1, g.Clients)
	require.EqualValues(t, 5, g.Counters["datagrams_received"])
}

func TestLinks(t *testing.T) {
	w := newWorld(t, engine.Builtin)
	w.device(1)
	var l Links
	w.get("/api/v1/links", &l)
	require.Equal(t, []Link{{Name: "udp", Type: "udp", Up: true, MTU: l.Links[0].MTU, Devices: 1, Received: 2, Sent: 2}}, l.Links)

	w.ask(t.Context(), func(e *engine.Engine, now time.Duration, out *engine.Out) {
		e.LinkEvent(now, 0, radio.Event{Kind: radio.LinkDown, Err: errors.New("unplugged")}, out)
	})
	w.get("/api/v1/links", &l)
	require.False(t, l.Links[0].Up)
	require.WithinDuration(t, time.Now(), l.Links[0].DownSince, time.Minute)
	var h Health
	require.Equal(t, http.StatusServiceUnavailable, w.call("GET", "/readyz", "", &h))
	require.Equal(t, Health{Reasons: []string{"no link is up"}}, h)
	w.get("/healthz", &h)
}

func TestHealthWhenTheEngineIsGone(t *testing.T) {
	w := newWorld(t, engine.Builtin)
	w.mu.Lock()
	w.stopped = true
	w.mu.Unlock()
	for _, path := range []string{"/healthz", "/readyz", "/api/v1/devices", "/api/v1/clients", "/api/v1/devices/x", "/api/v1/links"} {
		require.Equal(t, http.StatusServiceUnavailable, w.call("GET", path, "", &Error{}), path)
	}
	require.Equal(t, http.StatusInternalServerError, w.call("GET", "/metrics", "", nil))
}

func TestUpstream(t *testing.T) {
	w := newWorld(t, engine.Aggregating)
	var p Published
	require.Equal(t, http.StatusOK, w.call("POST", "/api/v1/publish", `{"topic":"plant/th1","payload":"21","qos":1}`, &p))
	require.Equal(t, Published{Sessions: 1}, p, "the bridge")
	var u Upstream
	w.get("/api/v1/upstream", &u)
	require.Equal(t, "mqtt://broker", u.URL)
	require.Equal(t, "waiting", u.Bridge.State)
	require.Equal(t, 1, u.Bridge.SpoolMessages)
}

func TestDevicesAreSearchedAndPaged(t *testing.T) {
	w := newWorld(t, engine.Builtin)
	for i := range 300 {
		w.device(i)
	}
	w.hear(7, &mqttsn.Disconnect{Duration: 60})
	for _, row := range []struct {
		query        string
		total, shown int
		first        string
	}{
		{"", 300, 100, "th0"},
		{"?limit=500", 300, 300, "th0"},
		{"?offset=290", 300, 10, "th90"},
		{"?offset=1000", 300, 0, ""},
		{"?limit=0", 300, 0, ""},
		{"?q=TH29", 11, 11, "th29"},
		{"?q=192.0.2.42:", 2, 2, "th298"},
		{"?q=nobody", 0, 0, ""},
		{"?state=asleep", 1, 1, "th7"},
		{"?state=active&limit=1", 299, 1, "th0"},
		{"?link=udp&limit=1", 300, 1, "th0"},
		{"?link=xbee", 0, 0, ""},
	} {
		var d Devices
		w.get("/api/v1/devices"+row.query, &d)
		require.Equal(t, row.total, d.Total, row.query)
		require.Len(t, d.Devices, row.shown, row.query)
		if row.shown > 0 {
			require.Equal(t, row.first, d.Devices[0].ID, row.query)
		}
	}
	for _, query := range []string{"?limit=501", "?limit=x", "?offset=-1", "?state=bored"} {
		require.Equal(t, http.StatusBadRequest, w.call("GET", "/api/v1/devices"+query, "", &Error{}), query)
	}
}

func TestDevice(t *testing.T) {
	w := newWorld(t, engine.Builtin)
	w.device(1)
	w.hear(1, &mqttsn.Disconnect{Duration: 60})
	w.call("POST", "/api/v1/publish", `{"topic":"plant/th1","payload":"on","qos":1}`, nil)
	var d DeviceDetail
	w.get("/api/v1/devices/th1", &d)
	require.Equal(t, "asleep", d.State)
	require.Equal(t, "192.0.2.1:1000", d.Address)
	require.Equal(t, 60, d.KeepAlive)
	require.Equal(t, time.Minute, d.SleepsUntil.Sub(d.LastHeard))
	require.Equal(t, 90*time.Second, d.StateEnds.Sub(d.LastHeard))
	require.Equal(t, []Topic{{ID: 1, Name: "plant/th1", Known: true}}, d.TopicList)
	require.Equal(t, []Subscription{{Filter: "plant/th1", QoS: 1}}, d.SubscriptionList)
	require.Equal(t, []Message{{Topic: "plant/th1", QoS: 1, Bytes: 2}}, d.MessageList)
	require.Len(t, d.Events, 2)
	require.Equal(t, "device connected", d.Events[0].Event)
	require.Equal(t, http.StatusNotFound, w.call("GET", "/api/v1/devices/nobody", "", &Error{}))
}

// Client ids may hold anything.
func TestIdsAreEncoded(t *testing.T) {
	w := newWorld(t, engine.Builtin)
	w.hear(1, &mqttsn.Connect{ProtocolID: mqttsn.ProtocolID, Duration: 60, ClientID: []byte("a/b?c %ü")})
	var d DeviceDetail
	w.get("/api/v1/devices/a%2Fb%3Fc%20%25%C3%BC", &d)
	require.Equal(t, "a/b?c %ü", d.ID)
}

func TestClients(t *testing.T) {
	w := newWorld(t, engine.Builtin)
	w.client("node-red")
	var c Clients
	w.get("/api/v1/clients?q=RED", &c)
	require.Equal(t, 1, c.Total)
	require.Equal(t, "192.0.2.9:5", c.Clients[0].Address)
	require.Equal(t, 30, c.Clients[0].KeepAlive)
	require.Zero(t, c.Clients[0].GoneSince)
	w.get("/api/v1/clients?q=blue", &c)
	require.Zero(t, c.Total)
	require.Equal(t, http.StatusBadRequest, w.call("GET", "/api/v1/clients?limit=x", "", &Error{}))

	require.Equal(t, http.StatusOK, w.call("POST", "/api/v1/clients/node-red/kick", "", &Done{}))
	require.Equal(t, http.StatusNotFound, w.call("POST", "/api/v1/clients/node-red/kick", "", &Error{}))
}

func TestKickAndForget(t *testing.T) {
	w := newWorld(t, engine.Builtin)
	w.hear(1, &mqttsn.Connect{ProtocolID: mqttsn.ProtocolID, Duration: 60, ClientID: []byte("th1")})
	require.Equal(t, http.StatusOK, w.call("POST", "/api/v1/devices/th1/kick", "", &Done{}))
	require.Equal(t, http.StatusNotFound, w.call("POST", "/api/v1/devices/th1/kick", "", &Error{}))
	var d DeviceDetail
	w.get("/api/v1/devices/th1", &d)
	require.Equal(t, "disconnected", d.State)
	require.Equal(t, http.StatusOK, w.call("POST", "/api/v1/devices/th1/forget", "", &Done{}))
	require.Equal(t, http.StatusNotFound, w.call("POST", "/api/v1/devices/th1/forget", "", &Error{}))
	require.Equal(t, http.StatusNotFound, w.call("GET", "/api/v1/devices/th1", "", &Error{}))
}

func TestPublishMistakes(t *testing.T) {
	w := newWorld(t, engine.Builtin)
	for _, body := range []string{"", "{", `{"topic":"a/#"}`, `{"topic":"a","qos":3}`, `{"topic":"a","colour":"red"}`, `{"topic":""}`} {
		var e Error
		require.Equal(t, http.StatusBadRequest, w.call("POST", "/api/v1/publish", body, &e), body)
		require.NotEmpty(t, e.Error, body)
	}
	large := fmt.Sprintf(`{"topic":"a","payload":"%02000000d"}`, 0)
	require.Equal(t, http.StatusBadRequest, w.call("POST", "/api/v1/publish", large, &Error{}))
	w.ask(t.Context(), func(e *engine.Engine, now time.Duration, out *engine.Out) { e.StoreFailing(now, true, out) })
	require.Equal(t, http.StatusServiceUnavailable, w.call("POST", "/api/v1/publish", `{"topic":"a","retain":true,"qos":1}`, &Error{}))
}

func TestUnknownRequests(t *testing.T) {
	w := newWorld(t, engine.Builtin)
	var e Error
	require.Equal(t, http.StatusNotFound, w.call("GET", "/api/v1/colours", "", &e))
	require.Contains(t, e.Error, "openapi.yaml")
	require.Equal(t, http.StatusNotFound, w.call("DELETE", "/api/v1/devices/th1", "", &e))
}

// Who connects and says nothing, or says it slowly, is sent away.
func TestServerHasTimeLimits(t *testing.T) {
	s := newWorld(t, engine.Builtin).server.http
	for name, limit := range map[string]time.Duration{
		"header": s.ReadHeaderTimeout, "request": s.ReadTimeout, "answer": s.WriteTimeout, "idle": s.IdleTimeout,
	} {
		require.Positive(t, limit, name)
		require.LessOrEqual(t, limit, time.Minute, name)
	}
	require.Positive(t, s.MaxHeaderBytes)
}
