package admin

import (
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/engine"
)

const secret = "0123456789abcdef"

func TestToken(t *testing.T) {
	w := newWorld(t, engine.Builtin)
	w.token = secret
	paths := []string{"/metrics"}
	for pattern := range w.server.questions() {
		if path, ok := cutMethod(pattern, "GET"); ok {
			paths = append(paths, path)
		}
	}
	for _, path := range paths {
		require.Equal(t, http.StatusUnauthorized, w.call("GET", path, "", &Error{}), path)
		require.Equal(t, http.StatusUnauthorized, w.call("GET", path, "", &Error{}, "Authorization: Bearer wrong"), path)
		require.NotEqual(t, http.StatusUnauthorized, w.call("GET", path, "", nil, "Authorization: Bearer "+secret), path)
	}
	require.Equal(t, http.StatusOK, w.call("GET", "/api/v1/gateway", "", nil, "Authorization: Bearer "+secret, "Host: gateway.example"))
	require.Equal(t, http.StatusOK, w.call("GET", "/healthz", "", nil), "a watchdog knows no token")
	require.Equal(t, http.StatusUnauthorized, w.call("GET", "/api/v1/events/stream", "", nil))
}

func cutMethod(pattern, method string) (path string, ok bool) {
	if len(pattern) > len(method) && pattern[:len(method)+1] == method+" " {
		return pattern[len(method)+1:], true
	}
	return "", false
}

func TestTokenThatCannotBeRead(t *testing.T) {
	w := newWorld(t, engine.Builtin)
	w.server.cfg.Token = func() (string, error) { return "", errors.New("no such file") }
	require.Equal(t, http.StatusServiceUnavailable, w.call("GET", "/api/v1/gateway", "", &Error{}))
}

// Pages of other sites can make a browser ask a server on its own machine.
func TestOtherSitesAreKeptOut(t *testing.T) {
	w := newWorld(t, engine.Builtin)
	for _, host := range []string{"localhost:8080", "localhost", "127.0.0.1", "[::1]:8080", "[::1]"} {
		require.Equal(t, http.StatusOK, w.call("GET", "/api/v1/gateway", "", nil, "Host: "+host), host)
	}
	for _, host := range []string{"evil.example", "evil.example:8080", "localhost.evil.example", "192.0.2.1:8080"} {
		require.Equal(t, http.StatusForbidden, w.call("GET", "/api/v1/gateway", "", &Error{}, "Host: "+host), host)
	}
	body := `{"topic":"a"}`
	require.Equal(t, http.StatusForbidden, w.call("POST", "/api/v1/publish", body, nil, "Sec-Fetch-Site: cross-site"))
	require.Equal(t, http.StatusForbidden, w.call("POST", "/api/v1/publish", body, nil, "Origin: http://evil.example"))
	require.Equal(t, http.StatusOK, w.call("POST", "/api/v1/publish", body, nil, "Sec-Fetch-Site: same-origin"))
}
