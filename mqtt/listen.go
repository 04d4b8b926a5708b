package mqtt

import (
	"crypto/tls"
	"fmt"
	"net"
	"sync"
)

// ListenConfig describes a listener.
type ListenConfig struct {
	Address   string           // host:port
	TLS       *tls.Config      // nil: no TLS. For certificates that are renewed while it runs see KeyPair
	WebSocket *WebSocketConfig // nil: MQTT without WebSocket
	Limits    Limits
	Conn      Config
}

// A Listener accepts MQTT connections on one address.
type Listener struct {
	cfg  ListenConfig
	gate *gate
	wg   sync.WaitGroup // the goroutines of connections
}

// Listen opens a listener, on which Serve must be called.
func Listen(cfg ListenConfig) (*Listener, error) {
	l, err := net.Listen("tcp", cfg.Address)
	if err != nil {
		return nil, fmt.Errorf("mqtt: %w", err)
	}
	return &Listener{cfg: cfg, gate: newGate(l.(*net.TCPListener), cfg.Limits)}, nil
}

// Addr returns the address that is listened on.
func (l *Listener) Addr() net.Addr { return l.gate.Addr() }

// Stats returns what was accepted and refused.
func (l *Listener) Stats() ListenerStats { return l.gate.stats() }

// Close stops accepting. It leaves the connections alone. It may be called more than once.
func (l *Listener) Close() error { return l.gate.Close() }

// Serve accepts connections until Close, and returns when every handle has returned.
//
// handle is called for each connection in a goroutine of its own, which is the one to call ReadPacket. No connection waits
// for another's TLS or WebSocket handshake. When handle returns, the connection may live on: its owner closes it.
func (l *Listener) Serve(handle func(*Conn)) {
	source := l.source()
	for {
		nc, err := source.Accept()
		if err != nil {
			l.wg.Wait() // the listener is closed: nothing else makes Accept fail
			return
		}
		l.wg.Go(func() { handle(NewServerConn(nc, l.cfg.Conn)) })
	}
}

// source puts TLS and WebSocket on top of the gate.
func (l *Listener) source() net.Listener {
	var source net.Listener = l.gate
	if config := l.cfg.TLS; config != nil {
		if l.cfg.WebSocket != nil {
			config = config.Clone()
			config.NextProtos = []string{"http/1.1"}
		}
		source = tls.NewListener(source, config)
	}
	if l.cfg.WebSocket != nil {
		source = listenWebSocket(source, *l.cfg.WebSocket, l.cfg.Conn.withDefaults().ConnectTimeout)
	}
	return source
}
