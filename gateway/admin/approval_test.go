package admin

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/access"
	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/mqttsn"
)

// careful lets in only who is approved.
func (w *world) careful() {
	all := []string{"*"}
	rules := access.Rules{{Clients: all, Links: all, Addresses: all, Approve: true, Publish: []string{"#"}, Subscribe: []string{"#"}}}
	w.ask(w.t.Context(), func(e *engine.Engine, now time.Duration, out *engine.Out) { e.SetAccess(now, rules, nil, out) })
}

func (w *world) knock(i int, id string) {
	w.hear(i, &mqttsn.Connect{ProtocolID: mqttsn.ProtocolID, Duration: 60, ClientID: []byte(id)})
}

func TestApprovals(t *testing.T) {
	w := newWorld(t, engine.Builtin)
	w.careful()
	w.get("/api/v1/approvals", &Approvals{})
	w.knock(7, "th7")
	w.knock(7, "th7")
	w.knock(8, "th8")
	var list Approvals
	w.get("/api/v1/approvals", &list)
	require.Empty(t, list.Approved)
	require.Len(t, list.Waiting, 2)
	require.Equal(t, Applicant{Client: "th7", Link: "udp"}, list.Waiting[0].Applicant)
	require.Equal(t, "192.0.2.7:1000", list.Waiting[0].Address)
	require.Equal(t, 2, list.Waiting[0].Attempts)
	require.WithinDuration(t, time.Now(), list.Waiting[0].First, time.Minute)

	for _, row := range []struct {
		command, body string
		status        int
	}{
		{"approve", `{"client":"th7","link":"udp","identity":""}`, http.StatusOK},
		{"approve", `{"client":"th7","link":"udp"}`, http.StatusConflict},
		{"approve", `{"client":"th7","link":"lan"}`, http.StatusBadRequest},
		{"approve", `{"client":"","link":"udp"}`, http.StatusBadRequest},
		{"approve", `{"name":"th7"}`, http.StatusBadRequest},
		{"dismiss", `{"client":"th8","link":"udp"}`, http.StatusOK},
		{"dismiss", `{"client":"th8","link":"udp"}`, http.StatusNotFound},
		{"dismiss", `nonsense`, http.StatusBadRequest},
	} {
		require.Equal(t, row.status, w.call("POST", "/api/v1/approvals/"+row.command, row.body, nil), row)
	}
	w.knock(7, "th7")
	var d Devices
	w.get("/api/v1/devices", &d)
	require.Equal(t, 1, d.Total)
	w.get("/api/v1/approvals", &list)
	require.Equal(t, []Applicant{{Client: "th7", Link: "udp"}}, list.Approved)
	require.Empty(t, list.Waiting)

	w.ask(t.Context(), func(e *engine.Engine, now time.Duration, out *engine.Out) { e.StoreFailing(now, true, out) })
	require.Equal(t, http.StatusServiceUnavailable, w.call("POST", "/api/v1/approvals/approve", `{"client":"th9","link":"udp"}`, nil))
}
