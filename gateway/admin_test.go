package gateway

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/sirupsen/logrus/hooks/test"
	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/admin"
	"mqttsn-gateway/mqttsn"
)

func TestAdminShowsWhatTheGatewayServes(t *testing.T) {
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
	defer func() {
		stop()
		<-stopped
		http.DefaultClient.CloseIdleConnections()
	}()

	connect := &mqttsn.Connect{ProtocolID: mqttsn.ProtocolID, Duration: 60, ClientID: []byte("th7")}
	require.Equal(t, "CONNACK accepted", exchange(t, said(hook, "listening for devices").Data[fieldAddress].(string), connect))
	var d admin.DeviceDetail
	ask(t, g, "/api/v1/devices/th7", &d)
	require.Equal(t, "active", d.State)
	require.Equal(t, "udp", d.Link)
	require.Contains(t, d.Address, "127.0.0.1:")
	require.Equal(t, "device connected", d.Events[0].Event)
	require.WithinDuration(t, time.Now(), d.LastHeard, 10*time.Second)
	var i admin.Gateway
	ask(t, g, "/api/v1/gateway", &i)
	require.Equal(t, "mqttsn-gateway", i.Name)
	require.Equal(t, "v1.2.3", i.Version)
	require.True(t, i.Ready.OK)
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
