package admin

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// guard lets through who knows the token. Where there is none, it lets through who asks for this machine by a name that
// no other site can have: a page of another site whose name was made to point here is kept out (DNS rebinding).
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, err := s.cfg.Token()
		switch {
		case err != nil:
			refuse(w, problem{http.StatusServiceUnavailable, "the token cannot be read: " + err.Error()})
		case token == "" && !namesThisMachine(r.Host):
			refuse(w, problem{http.StatusForbidden, "without a token, only localhost is served"})
		case token != "" && !sameToken(bearer(r), token):
			w.Header().Set("WWW-Authenticate", "Bearer")
			refuse(w, problem{http.StatusUnauthorized, "a token is needed: Authorization: Bearer TOKEN"})
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func bearer(r *http.Request) string {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return token
}

// sameToken takes the same time whatever differs, the length included.
func sameToken(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

func namesThisMachine(hostPort string) bool {
	host := hostPort
	if h, _, err := net.SplitHostPort(hostPort); err == nil {
		host = h
	}
	a, _ := netip.ParseAddr(strings.Trim(host, "[]"))
	return host == "localhost" || a.IsLoopback()
}

// protect keeps pages of other sites from making their visitors' browsers operate the gateway, and our page from running
// anything that is not in the binary.
func protect(next http.Handler) http.Handler {
	next = http.NewCrossOriginProtection().Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		next.ServeHTTP(w, r)
	})
}
