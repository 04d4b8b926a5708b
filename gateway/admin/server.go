package admin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/sirupsen/logrus"
	"golang.org/x/net/netutil"

	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/gateway/trace"
)

// Config is what the server knows of the gateway that it shows.
type Config struct {
	Listen string // address and TCP port

	// Token returns what a caller must know, empty if nothing: then only callers on this machine are served. It is called at
	// each request.
	Token func() (string, error)

	Gateway Identity
	Links   []LinkIdentity // by engine.LinkID
	Radios  []Radio        // the same; nil for a link without a modem

	// Ask runs f on the goroutine that owns the engine and waits until it is done. It reports false if ctx ended before, or
	// the engine has.
	Ask func(ctx context.Context, f func(e *engine.Engine, now time.Duration, out *engine.Out)) bool

	// Reload reads the configuration again and returns what is different. If it cannot be read, nothing is. It takes as long
	// as ctx allows.
	Reload func(ctx context.Context) ([]Change, error)

	// Watch shows the packets of all links to a tap until it is closed. It reports false as Ask does.
	Watch      func(ctx context.Context, t *trace.Tap) bool
	TraceLinks []trace.Link // by engine.LinkID

	// Export writes all that is on disk at the moment of the call, as JSON lines; nil if nothing is kept there. It is safe
	// from any goroutine.
	Export func(w io.Writer) (records int, err error)

	Describe func(engine.Addr) string // shows an address to people; safe from any goroutine
	Events   *Events
	Log      *logrus.Entry
}

// Identity is what a gateway is called.
type Identity struct {
	Name    string
	ID      uint8
	Mode    string
	Version string
}

// LinkIdentity is what the configuration says of a link.
type LinkIdentity struct{ Name, Type string }

// Limits of the server. A handful of people and machines use it.
const (
	maxConnections = 128
	maxHeader      = 16 << 10         // octets
	maxBody        = 1 << 20          // octets
	askTimeout     = 5 * time.Second  // for the engine to answer
	reloadTimeout  = 20 * time.Second // for files to be read
	writeTimeout   = 30 * time.Second // for an answer to be taken
	closeTime      = time.Second
)

// A Server is an HTTP server that is listening.
type Server struct {
	cfg      Config
	listener net.Listener
	http     *http.Server
	streams  chan struct{} // a place for each stream of events
	watches  chan struct{} // and for each of packets
	backups  chan struct{} // and for the one backup
	stop     context.CancelFunc
}

// Listen opens the port. Nothing is served before Serve is called.
func Listen(cfg Config) (*Server, error) {
	l, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		return nil, fmt.Errorf("admin page: %w", err)
	}
	s := &Server{
		cfg: cfg, listener: netutil.LimitListener(l, maxConnections),
		streams: make(chan struct{}, maxStreams), watches: make(chan struct{}, maxWatches), backups: make(chan struct{}, 1),
	}
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.http = &http.Server{
		Handler:           s.handler(),
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          log.New(debugLog{cfg.Log}, "", 0),
	}
	return s, nil
}

// Addr is where the server listens.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// Serve serves until Close is called.
func (s *Server) Serve() {
	if err := s.http.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
		s.cfg.Log.WithError(err).Error("the admin page is not served any more")
	}
}

// Close ends the server, and every stream with it. When it returns nothing is asked of the engine any more, but by who does
// not end within closeTime. It may be called twice, and without Serve.
func (s *Server) Close() {
	s.stop()
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	_ = s.http.Shutdown(ctx) // what is left is closed next
	s.http.Close()
	s.listener.Close()
}

// ask runs f on the engine's goroutine.
func (s *Server) ask(ctx context.Context, f func(e *engine.Engine, now time.Duration, out *engine.Out)) error {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	if !s.cfg.Ask(ctx, f) {
		return errBusy
	}
	return nil
}

var errBusy = problem{http.StatusServiceUnavailable, "the gateway is starting, stopping or very busy"}

// A debugLog takes what the web server says of broken connections.
type debugLog struct{ log *logrus.Entry }

func (d debugLog) Write(b []byte) (int, error) {
	d.log.Debug(string(b))
	return len(b), nil
}
