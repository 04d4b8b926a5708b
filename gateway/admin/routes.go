package admin

import (
	"embed"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

//go:embed openapi.yaml
var openAPI []byte

//go:embed page
var page embed.FS

// A question is answered with something that can be written as JSON, or an error: a problem, or else our own fault.
type question func(r *http.Request) (any, error)

// questions are the requests that are answered with JSON, as openapi.yaml has them.
func (s *Server) questions() map[string]question {
	return map[string]question{
		"GET /api/v1/gateway":              s.gateway,
		"GET /api/v1/links":                s.links,
		"GET /api/v1/links/{name}/nodes":   s.nodes,
		"GET /api/v1/upstream":             s.upstream,
		"GET /api/v1/devices":              s.devices,
		"GET /api/v1/devices/{id}":         s.device,
		"POST /api/v1/devices/{id}/kick":   s.kick,
		"POST /api/v1/devices/{id}/forget": s.forget,
		"GET /api/v1/approvals":            s.approvals,
		"POST /api/v1/approvals/approve":   s.approve,
		"POST /api/v1/approvals/dismiss":   s.dismiss,
		"GET /api/v1/clients":              s.clients,
		"POST /api/v1/clients/{id}/kick":   s.kickClient,
		"GET /api/v1/events":               s.events,
		"POST /api/v1/publish":             s.publish,
		"POST /api/v1/reload":              s.reload,
	}
}

// others are the requests that are not.
func (s *Server) others() map[string]http.Handler {
	return map[string]http.Handler{
		"GET /api/v1/events/stream": http.HandlerFunc(s.stream),
		"GET /api/v1/trace/stream":  http.HandlerFunc(s.traceStream),
		"GET /api/v1/trace.pcapng":  http.HandlerFunc(s.traceFile),
		"GET /api/v1/store/export":  http.HandlerFunc(s.backup),
		"GET /api/v1/openapi.yaml":  http.HandlerFunc(serveOpenAPI),
		"GET /metrics":              promhttp.HandlerFor(s.registry(), promhttp.HandlerOpts{}),
	}
}

// handler joins everything. Health and the page are for everyone who reaches the port: the page is the same for all, and
// asks for the token itself.
func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	for pattern, q := range s.questions() {
		mux.Handle(pattern, s.guard(answer(q)))
	}
	for pattern, h := range s.others() {
		mux.Handle(pattern, s.guard(h))
	}
	mux.Handle("/api/", answer(func(*http.Request) (any, error) {
		return nil, problem{http.StatusNotFound, "there is no such request; see /api/v1/openapi.yaml"}
	}))
	mux.Handle("GET /healthz", answer(s.healthy))
	mux.Handle("GET /readyz", answer(s.ready))
	files, err := fs.Sub(page, "page")
	if err != nil {
		panic(err) // it is embedded
	}
	mux.Handle("/", http.FileServerFS(files))
	return protect(mux)
}

// A problem is an answer that says why there is no other.
type problem struct {
	status int
	text   string
}

func (p problem) Error() string { return p.text }

// answer writes what a question is answered with.
func answer(q question) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		v, err := q(r)
		if err != nil {
			refuse(w, err)
			return
		}
		status := http.StatusOK
		if h, ok := v.(Health); ok && !h.OK {
			status = http.StatusServiceUnavailable
		}
		writeJSON(w, status, v)
	})
}

func refuse(w http.ResponseWriter, err error) {
	p := problem{http.StatusInternalServerError, err.Error()}
	errors.As(err, &p)
	writeJSON(w, p.status, Error{p.text})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // a caller that is gone cannot be told
}

func serveOpenAPI(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/yaml")
	_, _ = w.Write(openAPI)
}
