package dtls

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"mqttsn-gateway/radio"
)

// inboxLength bounds the datagrams that wait for the link's reader.
const inboxLength = 1024

// A Link is a UDP socket and the DTLS connections on it.
type Link struct {
	radio.Counters

	config Config
	inbox  *radio.Inbox
	udp    *radio.UDP
	opened time.Time
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
	l := &Link{config: c, udp: u, opened: time.Now(), credentials: c.Credentials, table: newTable(c)}
	l.inbox = radio.NewInbox(inboxLength, &l.Counters)
	l.done.Go(l.receive)
	l.done.Go(l.expire)
	return l, nil
}

// LocalAddr and ReadBufferGranted are those of the link's radio.UDP.
func (l *Link) LocalAddr() netip.AddrPort { return l.udp.LocalAddr() }
func (l *Link) ReadBufferGranted() int    { return l.udp.ReadBufferGranted() }

// Identity tells who is at the other end of a connection: the identity of its pre-shared key, or the name in its
// certificate. It is empty for a peer that is gone: nobody may act in the name of an empty identity.
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
	if err := c.Check(); err != nil {
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

// ErrGone says that there is no such connection, or not any more. The datagram was not sent.
var ErrGone = errors.New("dtls: no such connection")

// ReadBatch implements radio.Link.
func (l *Link) ReadBatch(ps []radio.Packet) (int, error) { return l.inbox.ReadBatch(ps) }

// WriteBatch implements radio.Link.
func (l *Link) WriteBatch(ps []radio.Packet) (n int, err error) {
	for i := range ps {
		if l.inbox.Closed() {
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

// Close tells the devices, ends all connections and waits for them.
func (l *Link) Close() error {
	l.mu.Lock()
	l.inbox.Shut()
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
