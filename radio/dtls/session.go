package dtls

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"time"

	"github.com/pion/dtls/v3"

	"mqttsn-gateway/radio"
)

// A session is one connection, from its first datagram on. One goroutine runs it.
type session struct {
	link  *Link
	from  radio.Peer // UDP peer of its first datagram
	peer  radio.Peer // what the link calls it
	id    connectionID
	pipe  *pipe
	began time.Time
	abort context.CancelFunc // of the handshake

	usesID bool // the device sends to the connection id; guarded by the link's mutex until established

	// Set by the session's goroutine before it is established, read-only after.
	conn     *dtls.Conn
	identity string
	key      []byte // nil: it came with a certificate

	heard atomic.Int64 // when it last sent something, in time since the link was opened
}

func (l *Link) newSession(from radio.Peer) *session {
	s := &session{link: l, from: from, pipe: newPipe(l.udp), began: time.Now()}
	_, _ = rand.Read(s.id[:]) // never fails
	return s
}

// run shakes hands, then passes on what the device sends, until the connection ends. The connection closes the pipe,
// after its goodbye.
func (s *session) run(ctx context.Context, c Credentials) {
	err := s.handshake(ctx, c)
	if err == nil && s.link.establish(s) {
		s.pass()
		s.link.ended(s)
	} else {
		s.link.failed(s)
	}
	if s.conn != nil {
		s.conn.Close()
	}
}

func (s *session) handshake(ctx context.Context, c Credentials) (err error) {
	options := c.options(s.id, func(identity string, key []byte) { s.identity, s.key = identity, key })
	s.conn, err = dtls.ServerWithOptions(s.pipe, address{s.link.udp, s.from}, options...)
	if err != nil {
		return err
	}
	if err := s.conn.HandshakeContext(ctx); err != nil {
		return err
	}
	s.hear()
	state, ok := s.conn.ConnectionState()
	if !ok {
		return errors.New("dtls: connection without a state")
	}
	if len(state.PeerCertificates) > 0 {
		s.key = nil
		s.identity, err = certificateIdentity(state.PeerCertificates[0])
	}
	return err
}

func (s *session) hear() { s.heard.Store(int64(time.Since(s.link.opened))) }

// pass hands datagrams to the link's reader until the connection ends.
func (s *session) pass() {
	b := make([]byte, s.link.config.MTU)
	for {
		n, err := s.conn.Read(b)
		var tooLong *dtls.TemporaryError
		switch {
		case err == nil:
			s.hear()
			s.link.inbox.Put(radio.Packet{Peer: s.peer, Data: bytes.Clone(b[:n])})
		case errors.Is(err, io.EOF), errors.Is(err, net.ErrClosed), errors.Is(err, dtls.ErrConnClosed):
			return
		case errors.As(err, &tooLong):
			s.link.CountOversize()
		default: // a warning that the device sent
			s.link.CountInvalid()
		}
	}
}

// authorized reports whether the credentials would still let the session in.
func (s *session) authorized(c Credentials) bool {
	return s.key == nil || bytes.Equal(s.key, c.Keys[s.identity])
}
