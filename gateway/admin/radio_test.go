package admin

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/engine"
)

// A fakeRadio is a modem that is missed.
type fakeRadio struct{}

func (fakeRadio) Modem() string   { return "a modem" }
func (fakeRadio) Problem() string { return "it is unplugged" }
func (fakeRadio) Nodes() []Node {
	return []Node{{Address: "192.0.2.1:1000", Name: "PUMP", RSSI: -40, Delivered: 2, Failed: 1}}
}

func TestRadios(t *testing.T) {
	w := newWorld(t, engine.Builtin)
	var e Error
	require.Equal(t, http.StatusNotFound, w.call("GET", "/api/v1/links/udp/nodes", "", &e))
	require.Equal(t, "the link knows its devices only", e.Error)
	require.Equal(t, http.StatusNotFound, w.call("GET", "/api/v1/links/radio/nodes", "", &e))
	require.Equal(t, "there is no link of this name", e.Error)

	w.server.cfg.Radios = []Radio{fakeRadio{}}
	var l Links
	w.get("/api/v1/links", &l)
	require.Equal(t, "a modem", l.Links[0].Modem)
	require.Equal(t, "it is unplugged", l.Links[0].Problem)
	require.True(t, l.Links[0].Nodes)
	w.device(1)
	w.device(2)
	var n Nodes
	w.get("/api/v1/links/udp/nodes", &n)
	want := fakeRadio{}.Nodes()
	want[0].Devices = []string{"th1"}
	require.Equal(t, want, n.Nodes)
}
