package dtls

import (
	"context"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/ipv4"

	"mqttsn-gateway/radio"
	"mqttsn-gateway/radio/radiotest"
)

// clientHello is the first datagram of a handshake.
func clientHello(t testing.TB) []byte {
	t.Helper()
	gateway, nobody := socket(t, "127.0.0.1:0"), socket(t, "127.0.0.1:0")
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = Client(ctx, nobody, gateway.LocalAddr(), th7)
	}()
	b := make([]byte, 2000)
	require.NoError(t, gateway.SetReadDeadline(time.Now().Add(radiotest.Wait)))
	n, _, err := gateway.ReadFrom(b)
	require.NoError(t, err)
	cancel()
	<-ended
	return b[:n]
}

// A spoofer sends from addresses that are not its own: all those of 127.0.0.0/8, of which this machine takes back what is
// answered, and throws it away.
type spoofer struct {
	socket *net.UDPConn
	to     netip.AddrPort
	hello  []byte
	n      uint32
}

func newSpoofer(t testing.TB, l *Link) *spoofer {
	s := &spoofer{socket: socket(t, "0.0.0.0:0"), to: l.LocalAddr(), hello: clientHello(t)}
	require.NoError(t, s.socket.SetReadBuffer(1)) // answers may be lost
	return s
}

// send sends one ClientHello from a new address.
func (s *spoofer) send(t testing.TB) {
	s.n++
	source := net.IPv4(127, 1+byte(s.n>>16), byte(s.n>>8), byte(s.n))
	control := (&ipv4.ControlMessage{Src: source}).Marshal()
	if _, _, err := s.socket.WriteMsgUDPAddrPort(s.hello, control, s.to); err != nil {
		t.Error(err)
	}
}

// A flood of ClientHellos from invented addresses costs the connected devices nothing, is bounded, and lets new devices in.
func TestAHandshakeFloodDisturbsNobody(t *testing.T) {
	const limit = 32
	l, _ := listen(t, Config{Credentials: keysOf("th7"), MaxHandshakes: limit, HandshakeRate: 2000})
	devices, peers := make([]device, 10), make([]radio.Peer, 10)
	for i := range devices {
		devices[i] = dial(t, l, th7)
		peers[i] = says(t, l, devices[i], "hello")
	}
	s := newSpoofer(t, l)
	for range 100 {
		for range 50 {
			s.send(t)
		}
		for i, d := range devices {
			require.Equal(t, peers[i], says(t, l, d, "up"))
			answers(t, l, peers[i], d, "down")
		}
		require.LessOrEqual(t, l.Sessions().Handshaking, 2*limit)
	}
	newcomer := dial(t, l, th7)
	says(t, l, newcomer, "hello")
	st := l.Sessions()
	require.Equal(t, 11, st.Established)
	require.Zero(t, st.Evicted)
	require.NotZero(t, st.Displaced, "the flood has met the limit")
	t.Logf("of %d hellos: %+v", s.n, st)
}

// The library answers some unprotected records with an alert that ends the connection. Anybody can send those in the name
// of a device.
func TestUnprotectedRecordsCannotEndAConnection(t *testing.T) {
	l, _ := listen(t, Config{Credentials: keysOf("th7")})
	plain := socket(t, "127.0.0.1:0")
	d := dialPlain(t, l, plain)
	p := says(t, l, d, "hello")
	hello := clientHello(t)
	for name, forged := range map[string][]byte{
		"application data":    {23, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 1, 0, 0, 2, 'h', 'i'},
		"fatal alert":         {21, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 1, 1, 0, 2, 2, 80},
		"unknown type":        {99, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 1, 2, 0, 1, 0},
		"change cipher spec":  {20, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 1, 3, 0, 1, 1},
		"finished":            {22, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 1, 4, 0, 12, 20, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0},
		"protected, wrong":    {23, 0xFE, 0xFD, 0, 1, 0, 0, 0, 0, 1, 5, 0, 24, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8},
		"cut":                 {23, 0xFE, 0xFD, 0, 1, 0, 0, 0, 0, 1, 6, 0, 24, 1, 2},
		"unknown id":          {25, 0xFE, 0xFD, 0, 1, 0, 0, 0, 0, 1, 7, 1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 0},
		"empty":               {},
		"the start of a flow": hello,
	} {
		_, err := plain.WriteTo(forged, net.UDPAddrFromAddrPort(l.LocalAddr()))
		require.NoError(t, err, name)
		require.Equal(t, p, says(t, l, d, name))
		answers(t, l, p, d, name)
	}
}

func TestFullOfProvenHandshakesRefusesMore(t *testing.T) {
	tab := newTable(Config{MaxHandshakes: 2, HandshakeRate: 100, MaxSessions: 10})
	now := time.Now()
	tab.limiter.at = now
	begin := func(n byte, proven bool) *session {
		displaced, ok := tab.admit(now)
		require.True(t, ok)
		s := &session{from: radio.Peer{n}, id: connectionID{n}, pipe: newPipe(nil), began: now.Add(time.Duration(n))}
		s.pipe.helloSent.Store(proven)
		tab.begin(s)
		return displaced
	}
	require.Nil(t, begin(1, true))
	require.Nil(t, begin(2, false))
	require.Equal(t, radio.Peer{2}, begin(3, false).from, "the unproven one gives way")
	require.Equal(t, radio.Peer{3}, begin(4, true).from)
	_, ok := tab.admit(now)
	require.False(t, ok, "two that were displaced still unwind")
	tab.handshaking = 2
	_, ok = tab.admit(now)
	require.False(t, ok, "all have proven their addresses")
	displaced, ok := tab.admit(now.Add(slowHandshake + 2))
	require.True(t, ok, "the first is slow")
	require.Equal(t, radio.Peer{1}, displaced.from)
	require.EqualValues(t, 2, tab.stats.Refused)
}

func TestHandshakesAreRateLimited(t *testing.T) {
	start := time.Now()
	l := newLimiter(10, start)
	through := 0
	for ms := range 2000 {
		if l.allow(start.Add(time.Duration(ms) * time.Millisecond)) {
			through++
		}
	}
	require.InDelta(t, 10+20, through, 1, "10 at once and 10 a second")
}
