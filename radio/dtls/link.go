package dtls

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"mqttsn-gateway/radio"
)

// inbox bounds the datagrams that wait for the link's reader.
const inbox = 1024

// A Link is a UDP socket and the DTLS connections on it.
type Link struct {
	radio.Counters

	config Config
	udp    *radio.UDP
	opened time.Time
	in     chan radio.Packet
	closed chan struct{}
	done   sync.WaitGroup

	mu          sync.RWMutex
	credentials Credentials
	table       table
}

var _ radio.Link = (*Link)(nil)

// Listen opens a link. Errors wrap those of radio.ListenUDP.
func Listen(c Config) (*Link, error) {
	c, err := c.complete()
	if err != nil {
		return nil, fmt.Errorf("dtls %s: %w", c.Listen, err)
	}
	u, err := radio.ListenUDP(radio.UDPConfig{Listen: c.Listen, ReadBuffer: c.ReadBuffer})
	if err != nil {
		return nil, err
	}
	l := &Link{
		config: c, udp: u, opened: time.Now(),
		in: make(chan radio.Packet, inbox), closed: make(chan struct{}),
		credentials: c.Credentials, table: newTable(c),
	}
	l.done.Go(l.receive)
	l.done.Go(l.expire)
	return l, nil
}

// LocalAddr and ReadBufferGranted are those of the link's radio.UDP.
func (l *Link) LocalAddr() netip.AddrPort { return l.udp.LocalAddr() }
func (l *Link) ReadBufferGranted() int    { return l.udp.ReadBufferGranted() }

// Identity tells who is at the other end of a connection: the identity of its pre-shared key, or the name in its
// certificate. It is empty for a peer that is gone.
func (l *Link) Identity(p radio.Peer) string {
	if s := l.session(p); s != nil {
		return s.identity
	}
	return ""
}

// Sessions tells what became of connections.
func (l *Link) Sessions() Sessions {
	l.mu.RLock()
	defer l.mu.RUnlock()
	st := l.table.stats
	st.Established, st.Handshaking = len(l.table.established), l.table.handshaking
	return st
}

// SetCredentials replaces the credentials. Connections whose key has changed or is gone end; those with certificates stay
// until they end by themselves.
func (l *Link) SetCredentials(c Credentials) error {
	if err := c.check(); err != nil {
		return fmt.Errorf("dtls: %w", err)
	}
	c = c.clone()
	var ended []*session
	l.mu.Lock()
	l.credentials = c
	for _, s := range l.table.established {
		if !s.authorized(c) {
			ended = append(ended, s)
		}
	}
	l.mu.Unlock()
	closeAll(ended)
	return nil
}

// SetKeys replaces the pre-shared keys and leaves certificates as they are. See SetCredentials.
func (l *Link) SetKeys(k Keys) error {
	l.mu.RLock()
	c := l.credentials
	l.mu.RUnlock()
	c.Keys = k
	return l.SetCredentials(c)
}

func (l *Link) session(p radio.Peer) *session {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.table.established[p]
}

// deliver hands a datagram to the reader. One that finds the queue full is lost.
func (l *Link) deliver(p radio.Peer, b []byte) {
	select {
	case l.in <- radio.Packet{Peer: p, Data: b}:
	default:
		l.CountOverflow()
	}
}

// ReadBatch implements radio.Link.
func (l *Link) ReadBatch(ps []radio.Packet) (n int, err error) {
	for n == 0 {
		if l.isClosed() {
			return 0, net.ErrClosed
		}
		select {
		case in := <-l.in:
			n += l.received(&ps[0], in)
		case <-l.closed:
			return 0, net.ErrClosed
		}
	}
	for n < len(ps) {
		select {
		case in := <-l.in:
			n += l.received(&ps[n], in)
		default:
			return n, nil
		}
	}
	return n, nil
}

// received copies in to the reader's packet and returns 1, or 0 if it does not fit.
func (l *Link) received(p *radio.Packet, in radio.Packet) int {
	if len(in.Data) > len(p.Data) {
		l.CountOversize()
		return 0
	}
	p.Peer, p.Data, p.RSSI = in.Peer, p.Data[:copy(p.Data, in.Data)], 0
	l.CountReceived(len(in.Data))
	return 1
}

// ErrGone says that there is no such connection, or not any more. The datagram was not sent.
var ErrGone = errors.New("dtls: no such connection")

// WriteBatch implements radio.Link.
func (l *Link) WriteBatch(ps []radio.Packet) (n int, err error) {
	for i := range ps {
		if l.isClosed() {
			return i, net.ErrClosed
		}
		if e := l.write(l.session(ps[i].Peer), ps[i].Data); e != nil && err == nil {
			err = e
		}
	}
	return len(ps), err
}

func (l *Link) write(s *session, b []byte) (err error) {
	switch {
	case s == nil:
		err = ErrGone
	case len(b) > l.config.MTU:
		err = radio.ErrTooLong
	default:
		_, err = s.conn.Write(b)
	}
	if err != nil {
		l.CountSendError()
		return err
	}
	l.CountSent(len(b))
	return nil
}

// Broadcast sends to every connection. Nobody else could read it.
func (l *Link) Broadcast(b []byte, _ uint8) error {
	if len(b) > l.config.MTU {
		l.CountSendError()
		return radio.ErrTooLong
	}
	var first error
	for _, s := range l.all() {
		if err := l.write(s, b); err != nil && first == nil {
			first = err
		}
	}
	return first
}

func (l *Link) all() []*session {
	l.mu.RLock()
	defer l.mu.RUnlock()
	all := make([]*session, 0, len(l.table.established))
	for _, s := range l.table.established {
		all = append(all, s)
	}
	return all
}

// MTU implements radio.Link.
func (l *Link) MTU() int { return l.config.MTU }

func (l *Link) isClosed() bool {
	select {
	case <-l.closed:
		return true
	default:
		return false
	}
}

// Close tells the devices, ends all connections and waits for them.
func (l *Link) Close() error {
	l.mu.Lock()
	if !l.isClosed() {
		close(l.closed)
	}
	for _, s := range l.table.pending {
		s.abort()
	}
	l.mu.Unlock()
	closeAll(l.all())
	err := l.udp.Close()
	l.done.Wait()
	return err
}

func closeAll(ss []*session) {
	for _, s := range ss {
		s.conn.Close()
	}
}

// receive routes datagrams until the socket is closed.
func (l *Link) receive() {
	ps := make([]radio.Packet, 32)
	buffers := make([]byte, len(ps)*maxDatagram)
	for {
		for i := range ps {
			ps[i].Data = buffers[i*maxDatagram : (i+1)*maxDatagram]
		}
		n, err := l.udp.ReadBatch(ps)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		for i := range ps[:n] {
			l.route(ps[i].Peer, bytes.Clone(ps[i].Data))
		}
	}
}

// maxDatagram is what the DTLS library receives at most.
const maxDatagram = 8192

// route gives a datagram to the sessions that it may be for, and to a new one if it begins a handshake.
func (l *Link) route(from radio.Peer, b []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if id, ok := connectionIDIn(b); ok {
		l.routeByID(id, from, b)
		return
	}
	pending, established := l.table.pending[from], l.table.byAddress[from]
	switch {
	case pending == nil && isHello(b, helloFromClient):
		l.begin(from, b)
		return
	case pending == nil && established == nil:
		l.CountInvalid()
		return
	}
	// A device that began anew from its old address has both: the wrong one will find that it cannot decrypt.
	if pending != nil {
		l.push(pending, from, b)
	}
	if established != nil {
		l.push(established, from, protectedPart(b))
	}
}

func (l *Link) routeByID(id connectionID, from radio.Peer, b []byte) {
	s := l.table.byID[id]
	switch {
	case s == nil:
		l.CountInvalid()
	case l.table.established[s.peer] == s:
		l.push(s, from, protectedPart(b))
	default:
		s.usesID = true
		l.push(s, from, b)
	}
}

// push hands a datagram to a session, unless nothing is left of it: anybody could have sent the unprotected records, and
// some of them would end the connection.
func (l *Link) push(s *session, from radio.Peer, b []byte) {
	if len(b) > 0 && !s.pipe.push(from, b) {
		l.CountOverflow()
	}
}

// begin starts a session, if it may begin.
func (l *Link) begin(from radio.Peer, b []byte) {
	if l.isClosed() {
		return
	}
	displaced, ok := l.table.admit(time.Now())
	if !ok {
		return
	}
	if displaced != nil {
		displaced.pipe.Close()
		displaced.abort()
	}
	s := l.newSession(from)
	ctx, abort := context.WithTimeout(context.Background(), l.config.HandshakeTimeout)
	s.abort = abort
	l.table.begin(s)
	l.push(s, from, b)
	credentials := l.credentials
	l.done.Go(func() {
		defer abort()
		s.run(ctx, credentials)
	})
}

// establish makes a session one of the link's peers, unless it was displaced or its key is not valid any more.
func (l *Link) establish(s *session) bool {
	l.mu.Lock()
	if l.isClosed() || !s.authorized(l.credentials) {
		l.mu.Unlock()
		return false
	}
	ended, ok := l.table.establish(s)
	if ok {
		l.table.handshaking--
	}
	l.mu.Unlock()
	closeAll(ended)
	return ok
}

// failed forgets a session that was not established.
func (l *Link) failed(s *session) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.table.handshaking--
	if l.table.pending[s.from] == s {
		l.table.stats.Failed++
	}
	l.table.remove(s)
}

// ended forgets a session that was.
func (l *Link) ended(s *session) {
	l.mu.Lock()
	l.table.remove(s)
	l.mu.Unlock()
	l.config.OnEvent(radio.Event{Kind: radio.PeerGone, Peer: s.peer})
}

// expire ends connections that have been silent for too long.
func (l *Link) expire() {
	often := time.NewTicker(min(max(l.config.IdleTimeout/4, 10*time.Millisecond), time.Minute))
	defer often.Stop()
	for {
		select {
		case <-often.C:
			closeAll(l.silentSince(time.Since(l.opened) - l.config.IdleTimeout))
		case <-l.closed:
			return
		}
	}
}

func (l *Link) silentSince(t time.Duration) (silent []*session) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for _, s := range l.table.established {
		if s.heard.Load() < int64(t) {
			silent = append(silent, s)
		}
	}
	return silent
}
