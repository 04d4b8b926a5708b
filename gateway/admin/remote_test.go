package admin

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/engine"
)

func TestRemote(t *testing.T) {
	w := newWorld(t, engine.Builtin)
	w.token = secret
	w.device(1)
	r := &Remote{URL: w.url + "/", Token: secret}
	var d Devices
	require.NoError(t, r.Get(t.Context(), "devices", &d))
	require.Equal(t, "th1", d.Devices[0].ID)
	var p Published
	require.NoError(t, r.Post(t.Context(), "publish", Publication{Topic: "plant/th1", QoS: 1}, &p))
	require.Equal(t, 1, p.Sessions)
	require.EqualError(t, r.Post(t.Context(), "devices/th2/kick", nil, &Done{}), `there is no connected device "th2"`)
	r.Token = ""
	require.ErrorContains(t, r.Get(t.Context(), "devices", &d), "a token is needed")
}

func TestRemoteThatIsNoGateway(t *testing.T) {
	for _, answer := range []http.HandlerFunc{
		http.NotFound,
		func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("<html>")) },
	} {
		s := httptest.NewServer(answer)
		require.ErrorContains(t, (&Remote{URL: s.URL}).Get(t.Context(), "devices", &Devices{}), "gateway")
		s.Close()
	}
	require.Error(t, (&Remote{URL: "://"}).Get(t.Context(), "devices", &Devices{}))
}
