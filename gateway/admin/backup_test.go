package admin

import (
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/engine"
)

func TestBackup(t *testing.T) {
	w := newWorld(t, engine.Builtin)
	require.Equal(t, http.StatusNotFound, w.call("GET", "/api/v1/store/export", "", nil), "nothing is on disk")

	begun, goOn := make(chan struct{}), make(chan struct{})
	w.server.cfg.Export = func(out io.Writer) (int, error) {
		close(begun)
		<-goOn
		_, err := io.WriteString(out, "everything")
		return 1, err
	}
	done := make(chan string)
	go func() {
		defer close(done)
		r, err := http.Get(w.url + "/api/v1/store/export")
		if err == nil {
			text, _ := io.ReadAll(r.Body)
			r.Body.Close()
			done <- string(text)
		}
	}()
	<-begun
	require.Equal(t, http.StatusServiceUnavailable, w.call("GET", "/api/v1/store/export", "", nil), "one at a time")
	close(goOn)
	require.Equal(t, "everything", <-done)

	w.server.cfg.Export = func(io.Writer) (int, error) { return 0, errors.New("a disk of mine is broken") }
	require.Equal(t, http.StatusOK, w.call("GET", "/api/v1/store/export", "", nil), "the last line is missing")
	w.token = "0123456789abcdef"
	require.Equal(t, http.StatusUnauthorized, w.call("GET", "/api/v1/store/export", "", nil))
}
