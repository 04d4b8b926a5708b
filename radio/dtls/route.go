package dtls

import (
	"bytes"
	"context"
	"errors"
	"net"
	"time"

	"mqttsn-gateway/radio"
)

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
	if l.inbox.Closed() {
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
	if l.inbox.Closed() || !s.authorized(l.credentials) {
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
		case <-l.inbox.Done():
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
