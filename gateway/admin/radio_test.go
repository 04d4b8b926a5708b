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
func (fakeRadio) Nodes() []Node   { return []Node{{Address: "xbee:1", RSSI: -40, Delivered: 2}} }

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
	var n Nodes
	w.get("/api/v1/links/udp/nodes", &n)
	require.Equal(t, fakeRadio{}.Nodes(), n.Nodes)
}
