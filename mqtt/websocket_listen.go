package mqtt

import (
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// WebSocketConfig says where a listener offers MQTT over WebSocket, and to whom.
type WebSocketConfig struct {
	Path string // empty: /mqtt

	// Origins are the web sites whose pages may connect, such as "https://example.com"; "*" is all of them. Programs other
	// than browsers always may, and pages from the very host they connect to, whatever the port. Without this rule any
	// site that somebody at home looks at could use the broker there.
	Origins []string
}

// wsListener makes a web server out of a listener, and a listener of the WebSockets that are opened there.
type wsListener struct {
	net.Listener // the web server's
	cfg          WebSocketConfig
	upgrader     websocket.Upgrader
	opened       chan net.Conn
	done         chan struct{} // closed when the web server has ended, for the reason err
	err          error
}

// largestHeader bounds the head of an HTTP request, in octets.
const largestHeader = 8 << 10

// listenWebSocket starts the web server. It ends when l is closed.
func listenWebSocket(l net.Listener, cfg WebSocketConfig, timeout time.Duration) *wsListener {
	if cfg.Path == "" {
		cfg.Path = "/mqtt"
	}
	w := &wsListener{
		Listener: l,
		cfg:      cfg,
		upgrader: websocket.Upgrader{
			Subprotocols:    subprotocols,
			CheckOrigin:     cfg.allows,
			WriteBufferPool: &wsBuffers,
		},
		opened: make(chan net.Conn),
		done:   make(chan struct{}),
	}
	server := &http.Server{
		Handler:           w,
		ReadHeaderTimeout: timeout, // bounds the TLS handshake too
		WriteTimeout:      timeout,
		MaxHeaderBytes:    largestHeader,
		ErrorLog:          log.New(io.Discard, "", 0), // a stranger's errors; the listener counts
	}
	server.SetKeepAlivesEnabled(false)
	go func() {
		w.err = server.Serve(l)
		close(w.done)
		server.Close()
	}()
	return w
}

// wsBuffers holds buffers for writing, for the connections that write just now.
var wsBuffers sync.Pool

// Accept waits for a WebSocket.
func (w *wsListener) Accept() (net.Conn, error) {
	select {
	case nc := <-w.opened:
		return nc, nil
	case <-w.done:
		return nil, w.err
	}
}

// ServeHTTP answers the opening handshake.
func (w *wsListener) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if r.URL.Path != w.cfg.Path {
		http.NotFound(rw, r)
		return
	}
	if !slices.ContainsFunc(websocket.Subprotocols(r), isSubprotocol) {
		http.Error(rw, "this is MQTT: the client must offer the subprotocol mqtt", http.StatusBadRequest) // MQTT-6.0.0-3
		return
	}
	ws, err := w.upgrader.Upgrade(rw, r, nil)
	if err != nil {
		return // it has answered
	}
	select {
	case w.opened <- &wsConn{Conn: ws}:
	case <-w.done:
		ws.Close()
	}
}

func isSubprotocol(s string) bool { return slices.Contains(subprotocols, s) }

// allows judges the web page, if it is one, from which a request comes.
func (cfg *WebSocketConfig) allows(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" || slices.Contains(cfg.Origins, origin) || slices.Contains(cfg.Origins, "*") {
		return true
	}
	page, err := url.Parse(origin)
	here := url.URL{Host: r.Host}
	return err == nil && page.Hostname() != "" && page.Hostname() == here.Hostname()
}
