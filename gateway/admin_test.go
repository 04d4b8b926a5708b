package gateway

import (
	"bufio"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sirupsen/logrus/hooks/test"
	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/admin"
	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/mqttsn"
)

// withAdmin runs a gateway with an admin page until the test ends.
func withAdmin(t *testing.T) (*gateway, *test.Hook) {
	c := local()
	c.HTTP.Listen = "127.0.0.1:0"
	log, hook := test.NewNullLogger()
	g, err := open(c, log, "v1.2.3")
	require.NoError(t, err)
	stopped := make(chan struct{})
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		g.run(ctx, nil)
		close(stopped)
	}()
	t.Cleanup(func() {
		stop()
		<-stopped
		http.DefaultClient.CloseIdleConnections()
	})
	return g, hook
}

func TestAdminShowsWhatTheGatewayServes(t *testing.T) {
	g, hook := withAdmin(t)
	connect := &mqttsn.Connect{ProtocolID: mqttsn.ProtocolID, Duration: 60, ClientID: []byte("th7")}
	require.Equal(t, "CONNACK accepted", exchange(t, said(hook, "listening for devices").Data[fieldAddress].(string), connect))
	var d admin.DeviceDetail
	ask(t, g, "/api/v1/devices/th7", &d)
	require.Equal(t, "active", d.State)
	require.Equal(t, "udp", d.Link)
	require.Equal(t, "1.2", d.Version)
	require.Contains(t, d.Address, "127.0.0.1:")
	require.Equal(t, "device connected", d.Events[0].Event)
	require.WithinDuration(t, time.Now(), d.LastHeard, 10*time.Second)
	var i admin.Gateway
	ask(t, g, "/api/v1/gateway", &i)
	require.Equal(t, "mqttsn-gateway", i.Name)
	require.Equal(t, "v1.2.3", i.Version)
	require.True(t, i.Ready.OK)
}

// Who watches sees what comes and what goes, and costs nothing when gone.
func TestPacketsAreWatched(t *testing.T) {
	g, hook := withAdmin(t)
	watch, gone := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(watch, http.MethodGet, "http://"+g.admin.Addr().String()+"/api/v1/trace/stream?client=th7", nil)
	require.NoError(t, err)
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer answer.Body.Close()

	address := said(hook, "listening for devices").Data[fieldAddress].(string)
	exchange(t, address, &mqttsn.Connect{ProtocolID: mqttsn.ProtocolID, Duration: 60, ClientID: []byte("th8")})
	exchange(t, address, &mqttsn.Connect{ProtocolID: mqttsn.ProtocolID, Duration: 60, ClientID: []byte("th7")})
	lines := bufio.NewScanner(answer.Body)
	for _, want := range []string{"in CONNECT client=th7 duration=60", "out CONNACK accepted"} {
		var p admin.Packet
		for p.Text == "" && lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				require.NoError(t, json.Unmarshal([]byte(data), &p))
			}
		}
		require.Equal(t, want, p.Direction+" "+p.Text)
		require.Equal(t, "th7", p.Client)
	}

	gone()
	watched := func() (yes bool) {
		exchange(t, address, &mqttsn.SearchGw{})
		require.True(t, g.loop.ask(t.Context(), func(*engine.Engine, time.Duration, *engine.Out) { yes = g.loop.taps != nil }))
		return yes
	}
	require.Eventually(t, func() bool { return !watched() }, 10*time.Second, time.Millisecond)
}

func ask(t *testing.T, g *gateway, path string, v any) {
	t.Helper()
	answer, err := http.Get("http://" + g.admin.Addr().String() + path)
	require.NoError(t, err)
	defer answer.Body.Close()
	require.Equal(t, http.StatusOK, answer.StatusCode)
	require.NoError(t, json.NewDecoder(answer.Body).Decode(v))
}

func TestAdminPortInUse(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	c := local()
	c.HTTP.Listen = taken.Addr().String()
	log, _ := test.NewNullLogger()
	require.ErrorContains(t, Run(t.Context(), c, log, Options{}), "admin page: listen tcp")
}
