package dtls

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/radio"
	"mqttsn-gateway/radio/radiotest"
)

func TestDTLSPassesTheSuite(t *testing.T) {
	ca := newAuthority(t)
	own, client := ca.sign(t, "gateway", "127.0.0.1.example"), ca.sign(t, "th7")
	withCertificate := Credentials{Certificates: append(keysOf("th7").Certificates, own), ClientCAs: ca.pool()}
	certificate := DialConfig{Certificate: &client, RootCAs: ca.pool(), ServerName: "127.0.0.1.example"}
	for _, c := range []struct {
		name        string
		credentials Credentials
		newPeer     func(t *testing.T, l *Link) radiotest.Endpoint
	}{
		{"key and connection id", keysOf("th7"), func(t *testing.T, l *Link) radiotest.Endpoint { return dial(t, l, th7) }},
		{"key", keysOf("th7"), func(t *testing.T, l *Link) radiotest.Endpoint { return dialPlain(t, l, socket(t, "127.0.0.1:0")) }},
		{"certificate", withCertificate, func(t *testing.T, l *Link) radiotest.Endpoint { return dial(t, l, certificate) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			radiotest.Run(t, func(t *testing.T) radiotest.Network {
				l, _ := listen(t, Config{Credentials: c.credentials})
				return radiotest.Network{
					Link: l, Stats: l.Stats, Window: pipeLength / 2,
					NewPeer: func(t *testing.T) radiotest.Endpoint { return c.newPeer(t, l) },
				}
			})
		})
	}
}

func TestIdentity(t *testing.T) {
	ca := newAuthority(t)
	c := keysOf("th7", "th70")
	c.Certificates, c.ClientCAs = append(c.Certificates, ca.sign(t, "gateway", "gw.example")), ca.pool()
	l, _ := listen(t, Config{Credentials: c})
	common, named := ca.sign(t, "meter1"), ca.sign(t, "somebody", "meter2.example", "other.example")
	for _, c := range []struct {
		want string
		DialConfig
	}{
		{"th7", th7},
		{"th70", DialConfig{Identity: "th70", Key: key1}},
		{"meter1", DialConfig{Certificate: &common, RootCAs: ca.pool(), ServerName: "gw.example"}},
		{"meter2.example", DialConfig{Certificate: &named, RootCAs: ca.pool(), ServerName: "gw.example"}},
	} {
		d := dial(t, l, c.DialConfig)
		p := says(t, l, d, "hello")
		require.Equal(t, c.want, l.Identity(p))
		answers(t, l, p, d, "hello "+c.want)
	}
	require.Empty(t, l.Identity(radio.Peer{}))
}

func TestStrangersAreRefused(t *testing.T) {
	ca, foreign := newAuthority(t), newAuthority(t)
	c := keysOf("th7")
	c.Certificates, c.ClientCAs = append(c.Certificates, ca.sign(t, "gateway", "gw.example")), ca.pool()
	l, _ := listen(t, Config{Credentials: c, HandshakeTimeout: time.Second}) // a wrong key is not noticed before
	forged, nameless := foreign.sign(t, "th7"), ca.sign(t, "")
	for name, c := range map[string]DialConfig{
		"unknown identity":      {Identity: "th8", Key: key1},
		"wrong key":             {Identity: "th7", Key: key2},
		"foreign authority":     {Certificate: &forged, RootCAs: ca.pool(), ServerName: "gw.example"},
		"certificate of nobody": {Certificate: &nameless, RootCAs: ca.pool(), ServerName: "gw.example"},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			before := l.Sessions().Failed
			conn, err := Dial(ctx, l.LocalAddr().String(), c)
			if err == nil { // the client was done before the link refused
				defer conn.Close()
				device{conn}.wantClosed(t)
			}
			require.Eventually(t, func() bool { return l.Sessions().Failed == before+1 }, radiotest.Wait, time.Millisecond)
			require.Zero(t, l.Sessions().Established)
		})
	}
}

func TestAClientChecksTheGateway(t *testing.T) {
	ca := newAuthority(t)
	client := ca.sign(t, "th7")
	l, _ := listen(t, Config{Credentials: Credentials{Certificates: append(Credentials{}.Certificates, ca.sign(t, "gateway", "gw.example")), ClientCAs: ca.pool()}})
	for name, c := range map[string]DialConfig{
		"another name":  {Certificate: &client, RootCAs: ca.pool(), ServerName: "other.example"},
		"not its CA":    {Certificate: &client, RootCAs: newAuthority(t).pool(), ServerName: "gw.example"},
		"nothing to do": {},
		"both":          {Certificate: &client, Identity: "th7", Key: key1},
		"short key":     {Identity: "th7", Key: []byte("short")},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), radiotest.Wait)
		_, err := Dial(ctx, l.LocalAddr().String(), c)
		cancel()
		require.Error(t, err, name)
	}
}

// A roamer is a client's socket whose address changes under way.
type roamer struct {
	net.PacketConn
	mu   sync.Mutex
	send net.PacketConn
}

func (r *roamer) WriteTo(b []byte, to net.Addr) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.send.WriteTo(b, to)
}

// Of a connection with an id, the address may change: same peer, answers to the new address.
func TestAnAddressChangeKeepsThePeer(t *testing.T) {
	l, g := listen(t, Config{Credentials: keysOf("th7")})
	old, fresh := socket(t, "127.0.0.1:0"), socket(t, "127.0.0.2:0")
	r := &roamer{PacketConn: old, send: old}
	ctx, cancel := context.WithTimeout(t.Context(), radiotest.Wait)
	defer cancel()
	conn, err := Client(ctx, r, net.UDPAddrFromAddrPort(l.LocalAddr()), th7)
	require.NoError(t, err)
	defer conn.Close()
	p := says(t, l, device{conn}, "from the old address")

	r.mu.Lock()
	r.send = fresh
	r.mu.Unlock()
	require.Equal(t, p, says(t, l, device{conn}, "from the new address"))
	_, err = l.WriteBatch([]radio.Packet{{Peer: p, Data: []byte("to the new address")}})
	require.NoError(t, err)
	require.NoError(t, fresh.SetReadDeadline(time.Now().Add(radiotest.Wait)))
	b := make([]byte, 200)
	n, _, err := fresh.ReadFrom(b)
	require.NoError(t, err)
	require.NotZero(t, n)
	require.Empty(t, g)
}

// Anybody can claim to begin anew from a device's address. The old connection stands until the new one is proven.
func TestAClaimToBeginAnewEndsNothing(t *testing.T) {
	l, g := listen(t, Config{Credentials: keysOf("th7")})
	s := socket(t, "127.0.0.1:0")
	d := dialPlain(t, l, s)
	p := says(t, l, d, "hello")
	_, err := s.WriteTo(clientHello(t), net.UDPAddrFromAddrPort(l.LocalAddr()))
	require.NoError(t, err)
	require.Eventually(t, func() bool { return l.Sessions().Handshaking == 1 }, radiotest.Wait, time.Millisecond)
	require.Equal(t, p, says(t, l, d, "still here"))
	answers(t, l, p, d, "so am I")
	require.Empty(t, g)
}

// A device that lost its state, without a goodbye, begins anew from the same port.
func TestANewConnectionReplacesTheOldOneOfItsAddress(t *testing.T) {
	l, g := listen(t, Config{Credentials: keysOf("th7")})
	first := &unclosed{PacketConn: socket(t, "127.0.0.1:0")}
	p := says(t, l, dialPlain(t, l, first), "first life")
	first.detach()
	require.NoError(t, first.SetReadDeadline(time.Time{}))
	again := dialPlain(t, l, &unclosed{PacketConn: first.PacketConn})
	p2 := says(t, l, again, "second life")
	require.NotEqual(t, p, p2)
	g.want(t, p)
	answers(t, l, p2, again, "welcome back")
	_, err := l.WriteBatch([]radio.Packet{{Peer: p, Data: []byte("too late")}})
	require.ErrorIs(t, err, ErrGone)
}

// unclosed is a socket that outlives a connection, and can be taken from it.
type unclosed struct {
	net.PacketConn
	detached atomic.Bool
}

func (u *unclosed) ReadFrom(b []byte) (int, net.Addr, error) {
	if u.detached.Load() {
		return 0, nil, net.ErrClosed
	}
	return u.PacketConn.ReadFrom(b)
}

func (u *unclosed) detach() {
	u.detached.Store(true)
	_ = u.SetReadDeadline(time.Now())
}

func (u *unclosed) Close() error { return nil }

func TestNewKeysEndOldConnections(t *testing.T) {
	l, g := listen(t, Config{Credentials: keysOf("stays", "changed", "removed")})
	stays := dial(t, l, DialConfig{Identity: "stays", Key: key1})
	changed := dial(t, l, DialConfig{Identity: "changed", Key: key1})
	p := says(t, l, changed, "hello")
	removed := dial(t, l, DialConfig{Identity: "removed", Key: key1})
	p2 := says(t, l, removed, "hello")

	require.NoError(t, l.SetKeys(Keys{"stays": key1, "changed": key2, "new": key1}))
	changed.wantClosed(t)
	removed.wantClosed(t)
	require.ElementsMatch(t, []radio.Peer{p, p2}, []radio.Peer{<-g, <-g})
	says(t, l, stays, "still here")
	says(t, l, dial(t, l, DialConfig{Identity: "changed", Key: key2}), "hello")
	says(t, l, dial(t, l, DialConfig{Identity: "new", Key: key1}), "hello")

	require.Error(t, l.SetKeys(Keys{"stays": []byte("short")}))
	require.Error(t, l.SetKeys(nil))
	says(t, l, stays, "refused keys change nothing")
}

func TestSilentConnectionsExpire(t *testing.T) {
	l, g := listen(t, Config{Credentials: keysOf("th7"), IdleTimeout: 200 * time.Millisecond})
	d := dial(t, l, th7)
	p := says(t, l, d, "hello")
	g.want(t, p)
	d.wantClosed(t)
	require.Zero(t, l.Sessions().Established)
}

func TestTooManyConnectionsEndTheMostSilentOne(t *testing.T) {
	l, g := listen(t, Config{Credentials: keysOf("th7"), MaxSessions: 2})
	a, b := dial(t, l, th7), dial(t, l, th7)
	says(t, l, b, "b")
	peerB := says(t, l, b, "b again")
	peerA := says(t, l, a, "a")
	c := dial(t, l, th7)
	says(t, l, c, "c")
	g.want(t, peerB)
	b.wantClosed(t)
	require.Equal(t, peerA, says(t, l, a, "still here"))
	require.EqualValues(t, 1, l.Sessions().Evicted)
	require.Equal(t, 2, l.Sessions().Established)
}

func TestAGoodbyeIsReported(t *testing.T) {
	l, g := listen(t, Config{Credentials: keysOf("th7")})
	d := dial(t, l, th7)
	p := says(t, l, d, "hello")
	require.NoError(t, d.Close())
	g.want(t, p)
}

func TestListenErrors(t *testing.T) {
	l, _ := listen(t, Config{Credentials: keysOf("th7")})
	_, err := Listen(Config{Listen: l.LocalAddr().String(), Credentials: keysOf("th7")})
	require.ErrorIs(t, err, syscall.EADDRINUSE)
	ca := newAuthority(t)
	for name, c := range map[string]Config{
		"nobody could connect":   {},
		"no authority":           {Credentials: Credentials{Certificates: append(Credentials{}.Certificates, ca.sign(t, "gateway"))}},
		"authority without need": {Credentials: Credentials{Keys: Keys{"th7": key1}, ClientCAs: ca.pool()}},
		"short key":              {Credentials: Credentials{Keys: Keys{"th7": key1[:15]}}},
		"MTU":                    {Credentials: keysOf("th7"), MTU: MaxMTU + 1},
		"limit":                  {Credentials: keysOf("th7"), MaxSessions: -1},
	} {
		c.Listen = "127.0.0.1:0"
		_, err := Listen(c)
		require.Error(t, err, name)
	}
}

// A store remembers peers from before a restart. They are nobody now.
func TestPeersOfAnotherLifeAreGone(t *testing.T) {
	before, _ := listen(t, Config{Credentials: keysOf("th7")})
	text := before.FormatPeer(says(t, before, dial(t, before, th7), "hello"))
	after, _ := listen(t, Config{Credentials: keysOf("th7")})
	says(t, after, dial(t, after, th7), "hello")
	p, err := after.ParsePeer(text)
	require.NoError(t, err)
	_, err = after.WriteBatch([]radio.Packet{{Peer: p, Data: []byte("for another")}})
	require.ErrorIs(t, err, ErrGone)
}
