package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/sirupsen/logrus/hooks/test"
	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/admin"
	"mqttsn-gateway/gateway/config"
	"mqttsn-gateway/gateway/passwd"
	"mqttsn-gateway/mqttsn"
)

// A reloading is a gateway whose configuration the test changes.
type reloading struct {
	t       *testing.T
	hook    *test.Hook
	log     *logrus.Logger
	file    string
	hangups chan struct{}
	g       *gateway
	address string // of its link
}

const reloadConfig = "http: {listen: \"127.0.0.1:0\"}\nlinks: [{name: udp, listen: \"127.0.0.1:0\"}]\n"

func newReloading(t *testing.T, text string) *reloading {
	r := &reloading{t: t, file: filepath.Join(t.TempDir(), "gateway.yaml"), hangups: make(chan struct{})}
	r.write(text)
	c, err := r.load()
	require.NoError(t, err)
	r.log, r.hook = test.NewNullLogger()
	r.g, err = open(c, r.log, "")
	require.NoError(t, err)
	r.g.reloader.load = r.load
	r.address = said(r.hook, "listening for devices").Data[fieldAddress].(string)
	ctx, stop := context.WithCancel(t.Context())
	stopped := make(chan struct{})
	go func() {
		r.g.run(ctx, r.hangups)
		close(stopped)
	}()
	t.Cleanup(func() {
		stop()
		<-stopped
		http.DefaultClient.CloseIdleConnections()
	})
	return r
}

func (r *reloading) write(text string) {
	require.NoError(r.t, os.WriteFile(r.file, []byte(reloadConfig+"mqtt: {listeners: [{name: mqtt, listen: \"127.0.0.1:0\"}], users_file: "+r.users()+"}\n"+text), 0o600))
}

// users is a file with users.
func (r *reloading) users() string { return filepath.Join(filepath.Dir(r.file), "users") }

func (r *reloading) load() (*config.Config, error) {
	if _, err := os.Stat(r.users()); errors.Is(err, os.ErrNotExist) {
		require.NoError(r.t, passwd.Set(r.users(), "ann", []byte("right")))
	}
	return config.Load(r.file, nil, nil)
}

// reload asks for a reload through the API.
func (r *reloading) reload() (status int, done admin.Reloaded, refused admin.Error) {
	r.t.Helper()
	answer, err := http.Post("http://"+r.g.admin.Addr().String()+"/api/v1/reload", "", nil)
	require.NoError(r.t, err)
	defer answer.Body.Close()
	v := any(&done)
	if answer.StatusCode != http.StatusOK {
		v = &refused
	}
	require.NoError(r.t, json.NewDecoder(answer.Body).Decode(v))
	return answer.StatusCode, done, refused
}

// connects lets a device connect, and returns the answer.
func (r *reloading) connects(id string) string {
	return exchange(r.t, r.address, &mqttsn.Connect{ProtocolID: mqttsn.ProtocolID, Duration: 60, ClientID: []byte(id)})
}

func TestReload(t *testing.T) {
	r := newReloading(t, "")
	require.Equal(t, "CONNACK accepted", r.connects("th7"))

	r.write("log: {level: debug}\naccess: [{clients: [th7], allow: false}]\ngateway: {name: barn}\n")
	status, done, _ := r.reload()
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, []admin.Change{
		{Key: "gateway.name", From: "mqttsn-gateway", To: "barn", Restart: true},
		{Key: "log.level", From: "info", To: "debug"},
		{Key: "access[0]", To: "{clients: [th7], allow: false}"},
	}, done.Changes)
	require.Equal(t, logrus.Fields{fieldKey: "log.level", fieldFrom: "info", fieldTo: "debug"}, said(r.hook, "configuration changed").Data)
	require.Equal(t, "gateway.name", said(r.hook, "this change takes effect with a restart").Data[fieldKey])
	require.True(t, r.log.IsLevelEnabled(logrus.DebugLevel))
	require.Equal(t, "CONNACK not-supported", r.connects("th7"))
	require.Equal(t, "CONNACK accepted", r.connects("th8"))

	r.write("log: {level: debug}\n")
	r.hangups <- struct{}{}
	_, done, _ = r.reload() // comes behind
	require.Empty(t, done.Changes)
	require.Equal(t, "CONNACK accepted", r.connects("th7"))
}

// TestReloadOfWhatIsWrong: one mistake anywhere, and nothing changes.
func TestReloadOfWhatIsWrong(t *testing.T) {
	r := newReloading(t, "")
	for name, spoil := range map[string]func() (why string){
		"the file": func() string {
			r.write("access: [{allow: false}]\nlog: {level: loud}\nlimits: {device_rate: -1}\n")
			return "log.level"
		},
		"users": func() string {
			r.write("access: [{allow: false}]\n")
			require.NoError(t, os.WriteFile(r.users(), []byte("nonsense"), 0o600))
			return "users"
		},
	} {
		t.Run(name, func(t *testing.T) {
			why := spoil()
			r.hook.Reset()
			status, _, refused := r.reload()
			require.Equal(t, http.StatusUnprocessableEntity, status)
			require.Contains(t, refused.Error, why)
			require.NotNil(t, said(r.hook, "the configuration stays as it was"))
			require.Nil(t, said(r.hook, "configuration changed"))
			require.Equal(t, "CONNACK accepted", r.connects("th9"))
			require.True(t, r.g.users.Verify("ann", []byte("right")))
			require.Equal(t, logrus.InfoLevel, r.log.GetLevel())
		})
	}
}

// TestBadReloadIsLogged: a line for each mistake.
func TestBadReloadIsLogged(t *testing.T) {
	r := newReloading(t, "")
	r.hook.Reset()
	r.write("limits: {device_rate: -1, device_burst: -1}\n")
	r.hangups <- struct{}{}
	complaints := func() (n int) {
		for _, e := range r.hook.AllEntries() {
			if e.Message == "the configuration stays as it was" {
				n++
			}
		}
		return n
	}
	require.Eventually(t, func() bool { return complaints() == 2 }, 10*time.Second, time.Millisecond)
}
