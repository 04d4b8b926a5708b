package mqtt

import (
	"crypto/tls"
	"net"
	"sync"
	"time"
)

// Config says what a connection accepts from its peer, and how long it waits for it. Zero fields take the defaults.
type Config struct {
	// MaxPacketSize is the size of the largest packet accepted, in octets with its header. Default 1 MiB.
	MaxPacketSize uint32

	// TopicAliasMaximum is how many topic aliases the peer may use, and how many are used towards it if it allows them.
	// Default none.
	TopicAliasMaximum uint16

	// ConnectTimeout bounds the time until CONNECT or CONNACK is here, from the moment the connection stands; TLS and
	// WebSocket handshakes of a listener's connections are part of it. Default 10 s.
	ConnectTimeout time.Duration

	// Patience is how long a packet that has begun to arrive, or a write, may take, plus a millisecond an octet: a peer
	// slower than that is lost. Default 30 s. It does not concern a peer that says nothing; that is keep alive's.
	Patience time.Duration

	// CloseTimeout bounds the time for what is left to write when the connection closes in order. Default 5 s.
	CloseTimeout time.Duration
}

func (c Config) withDefaults() Config {
	if c.MaxPacketSize == 0 {
		c.MaxPacketSize = 1 << 20
	}
	c.MaxPacketSize = min(c.MaxPacketSize, largestPacket)
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = 10 * time.Second
	}
	if c.Patience == 0 {
		c.Patience = 30 * time.Second
	}
	if c.CloseTimeout == 0 {
		c.CloseTimeout = 5 * time.Second
	}
	return c
}

// largestPacket is the most that MQTT can carry: the largest remaining length, and the fixed header (2.1.4).
const largestPacket = maxVarint + 1 + maxVarintSize

// patience is the time allowed for n octets to move.
func (c *Config) patience(n int) time.Duration {
	return c.Patience + time.Duration(n)*time.Millisecond
}

// A Conn carries MQTT packets. One goroutine reads, with ReadPacket; all other methods may be called by any, and none of
// them waits for the network. While nothing is being written, the reader is the connection's only goroutine.
//
// Whoever owns a Conn calls ReadPacket until it fails, and sees to it that Close, CloseWith or CloseAfterFlush is called.
type Conn struct {
	nc     net.Conn // carries the octets of MQTT
	raw    net.Conn // beneath TLS and WebSocket: its Close never waits
	tls    *tls.Conn
	server bool
	cfg    Config

	// These belong to the goroutine that reads.

	frames  frames
	dec     decoder
	opened  bool              // CONNECT or CONNACK has been read
	auth    bool              // CONNECT has an authentication method
	aliases map[uint16]string // what the peer's topic aliases stand for
	readErr error             // what ReadPacket failed with

	mu       sync.Mutex // guards what follows
	version  Version    // 0 until CONNECT was read or sent
	peer     peerLimits
	answered bool     // CONNACK was sent
	out      *encoder // has what is to be written next; nil: nothing is
	writing  bool     // the goroutine that writes is there
	inFlight int      // octets that it took from out and has not yet written
	closing  bool     // nothing more is sent, and when all is written, by closeBy, the connection closes
	closeBy  time.Time
	cause    error // why the connection is closed; nil: it is not

	highWater int
	crowded   bool // highWater was passed since the buffer was last empty
	onDrained func()
}

// peerLimits are what the peer said in CONNECT or CONNACK.
type peerLimits struct {
	packetSize uint32 // 0: no limit
	terse      bool   // it does not want explanations
	aliases    aliasesOut
}

// NewServerConn makes a Conn of a connection that was accepted; the first packet must be CONNECT.
func NewServerConn(nc net.Conn, cfg Config) *Conn {
	return newConn(nc, true, cfg)
}

// NewClientConn makes a Conn of a connection that was dialled; its owner sends Connect, and the first packet to come must
// be CONNACK or AUTH.
func NewClientConn(nc net.Conn, cfg Config) *Conn {
	return newConn(nc, false, cfg)
}

// maxConnectSize bounds CONNECT, in octets, while we do not know from whom it comes. A client identifier, a will and
// credentials of 32 KiB each fit.
const maxConnectSize = 128 << 10

func newConn(nc net.Conn, server bool, cfg Config) *Conn {
	c := &Conn{nc: nc, raw: nc, server: server, cfg: cfg.withDefaults()}
	if ws, ok := c.raw.(*wsConn); ok {
		c.raw = ws.NetConn()
	}
	if t, ok := c.raw.(*tls.Conn); ok {
		c.tls = t
		c.raw = t.NetConn()
	}
	c.dec.fromServer = !server
	c.frames = frames{src: nc, maxSize: int(c.cfg.MaxPacketSize), check: c.expect, wait: c.waitForPacket}
	if server {
		c.frames.maxSize = min(c.frames.maxSize, maxConnectSize)
	}
	nc.SetDeadline(time.Now().Add(c.cfg.ConnectTimeout)) // if it fails, reading fails too
	return c
}

// Version returns the version of the protocol, 0 until CONNECT was read or sent.
func (c *Conn) Version() Version {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.version
}

// RemoteAddr returns the peer's address.
func (c *Conn) RemoteAddr() net.Addr { return c.nc.RemoteAddr() }

// TLS describes the TLS connection, the peer's certificates among it; complete once a packet was read. Nil without TLS.
func (c *Conn) TLS() *tls.ConnectionState {
	if c.tls == nil {
		return nil
	}
	return new(c.tls.ConnectionState())
}
