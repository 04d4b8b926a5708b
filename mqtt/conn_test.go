package mqtt

import (
	"encoding/hex"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// hello are CONNECTs, and sure are CONNACKs, as short as can be.
var (
	hello = map[Version]string{
		V31:  "10 0f 0006 4d5149736470 03 02 0000 0001 61",
		V311: "10 0c 0004 4d515454 04 02 0000 0000",
		V5:   "10 0d 0004 4d515454 05 02 0000 00 0000",
	}
	sure = map[Version]string{V31: "20 02 00 00", V311: "20 02 00 00", V5: "20 03 00 00 00"}
)

// peer is the far end of a Conn, and speaks hexadecimal.
type peer struct {
	t *testing.T
	net.Conn
}

func (p peer) says(octets string) {
	p.t.Helper()
	_, err := p.Write(unhex(octets))
	require.NoError(p.t, err)
}

// hears wants these octets next.
func (p peer) hears(octets string) {
	p.t.Helper()
	want := strings.ReplaceAll(octets, " ", "")
	got := make([]byte, len(want)/2)
	n, err := io.ReadFull(p, got)
	require.Equal(p.t, want, hex.EncodeToString(got[:n]))
	require.NoError(p.t, err)
}

// hearsEnd wants these octets, and the end of the stream.
func (p peer) hearsEnd(octets string) {
	p.t.Helper()
	got, err := io.ReadAll(p)
	require.NoError(p.t, err)
	require.Equal(p.t, strings.ReplaceAll(octets, " ", ""), hex.EncodeToString(got))
}

// tcpPair returns both ends of a TCP connection over loopback.
func tcpPair(t testing.TB) (near, far net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	near, err = net.Dial("tcp", l.Addr().String())
	require.NoError(t, err)
	far, err = l.Accept()
	require.NoError(t, err)
	require.NoError(t, far.SetDeadline(time.Now().Add(20*time.Second)))
	t.Cleanup(func() { near.Close(); far.Close() })
	return near, far
}

// serverConn returns a server's connection, and its client.
func serverConn(t *testing.T, cfg Config) (*Conn, peer) {
	near, far := tcpPair(t)
	c := NewServerConn(near, cfg)
	t.Cleanup(c.Close)
	return c, peer{t, far}
}

// openServerConn returns one that has read CONNECT and sent CONNACK.
func openServerConn(t *testing.T, v Version, connect string, cfg Config) (*Conn, peer) {
	c, far := serverConn(t, cfg)
	far.says(connect)
	wantPacket[*Connect](t, c)
	require.Equal(t, v, c.Version())
	require.NoError(t, c.Send(&Connack{}))
	c.Flush()
	header := make([]byte, 2)
	_, err := io.ReadFull(far, header)
	require.NoError(t, err)
	_, err = io.CopyN(io.Discard, far, int64(header[1]))
	require.NoError(t, err)
	return c, far
}

// openClientConn returns a client's connection that has sent CONNECT and read CONNACK, and its server.
func openClientConn(t *testing.T, v Version, connack string, cfg Config) (*Conn, peer) {
	near, nc := tcpPair(t)
	far := peer{t, nc}
	c := NewClientConn(near, cfg)
	t.Cleanup(c.Close)
	require.NoError(t, c.Send(&Connect{Version: v, ClientID: "a", CleanStart: true}))
	c.Flush()
	header := make([]byte, 2)
	_, err := io.ReadFull(far, header)
	require.NoError(t, err)
	_, err = io.CopyN(io.Discard, far, int64(header[1]))
	require.NoError(t, err)
	far.says(connack)
	wantPacket[*Connack](t, c)
	return c, far
}

func wantPacket[P Packet](t testing.TB, c *Conn) P {
	t.Helper()
	p, err := c.ReadPacket()
	require.NoError(t, err)
	want, ok := p.(P)
	require.True(t, ok, "got %T", p)
	return want
}

func wantRefusal(t testing.TB, c *Conn, reason Reason) {
	t.Helper()
	p, err := c.ReadPacket()
	refused := new(ProtocolError)
	require.ErrorAs(t, err, &refused, "%+v", p)
	require.Equal(t, reason, refused.Reason, refused.Msg)
}

// What older versions have no words for is translated, or left out.
func TestSendOlder(t *testing.T) {
	for _, tt := range []struct {
		packet Packet
		hex    string
	}{
		{&Connack{ReasonString: "ignored", TopicAliasMaximum: 1}, "20 02 00 00"},
		{&Publish{Topic: "a", Payload: []byte("x"), HasExpiry: true, Expiry: 1, SubscriptionIDs: []uint32{1},
			Props: &PublishProps{ContentType: "c"}}, "30 04 0001 61 78"},
		{&Ack{Kind: PUBACK, PacketID: 1, Reason: NotAuthorized, ReasonString: "no"}, "40 02 0001"},
		{&Ack{Kind: PUBREC, PacketID: 1, Reason: NoMatchingSubscribers}, "50 02 0001"},
		{&Suback{PacketID: 1, Reasons: []Reason{GrantedQoS2, NotAuthorized}, ReasonString: "no"}, "90 04 0001 02 80"},
		{&Unsuback{PacketID: 1, Reasons: []Reason{NoSubscriptionExisted}}, "b0 02 0001"},
		{&Auth{AuthMethod: "m"}, ""},
		{&Pingresp{}, "d0 00"},
	} {
		t.Run(tt.packet.Type().String(), func(t *testing.T) {
			for _, v := range []Version{V31, V311} {
				c, far := serverConn(t, Config{})
				far.says(hello[v])
				wantPacket[*Connect](t, c)
				require.NoError(t, c.Send(tt.packet))
				c.CloseAfterFlush()
				far.hearsEnd(tt.hex)
			}
		})
	}
}

func TestFirstPacket(t *testing.T) {
	for _, first := range []string{"30 03 0001 61", "c0 00", "e0 00", "20 02 00 00", "f0 00", "47 45 54 20 2f"} {
		c, far := serverConn(t, Config{})
		far.says(first)
		_, err := c.ReadPacket()
		require.Error(t, err, first)
		c.CloseWith(ProtocolViolation, "")
		far.Close()
	}
	near, far := tcpPair(t)
	c := NewClientConn(near, Config{})
	defer c.Close()
	require.NoError(t, c.Send(&Connect{Version: V5}))
	peer{t, far}.says("d0 00")
	wantRefusal(t, c, ProtocolViolation)
}

// Neither side may send what is the other's, nor begin twice.
func TestWrongSide(t *testing.T) {
	for _, says := range []string{
		hello[V5], sure[V5], "90 04 0001 00 00", "b0 04 0001 00 00", "d0 00", "f0 06 18 04 15 0001 6d",
	} {
		c, far := openServerConn(t, V5, hello[V5], Config{})
		far.says(says)
		wantRefusal(t, c, ProtocolViolation)
		_, err := c.ReadPacket()
		require.Error(t, err, "still")
	}
	for _, says := range []string{hello[V5], sure[V5], "82 07 0001 00 0001 61 00", "a2 06 0001 00 0001 61", "c0 00"} {
		c, far := openClientConn(t, V5, sure[V5], Config{})
		far.says(says)
		wantRefusal(t, c, ProtocolViolation)
	}
	c, far := openClientConn(t, V311, sure[V311], Config{})
	far.says("e0 00")
	wantRefusal(t, c, ProtocolViolation)
}

func TestExtendedAuthentication(t *testing.T) {
	c, far := openServerConn(t, V5, "10 11 0004 4d515454 05 02 0000 04 15 0001 6d 0000", Config{})
	require.NoError(t, c.Send(&Auth{Reason: ContinueAuthentication, AuthMethod: "m"}))
	c.Flush()
	far.hears("f0 06 18 04 15 0001 6d")
	far.says("f0 06 18 04 15 0001 6d")
	require.Equal(t, "m", wantPacket[*Auth](t, c).AuthMethod)
}

func TestReadBuffered(t *testing.T) {
	c, far := openServerConn(t, V311, hello[V311], Config{})
	far.says("30 03 0001 61  30 03 0001 62  30 03 00")
	wantPacket[*Publish](t, c)
	require.True(t, c.ReadBuffered())
	require.Equal(t, "b", wantPacket[*Publish](t, c).Topic)
	require.False(t, c.ReadBuffered(), "the third is not whole")
	far.says("01 63")
	require.Equal(t, "c", wantPacket[*Publish](t, c).Topic)
}

// Packets own their memory: the next ones change nothing in them.
func TestPacketsKeep(t *testing.T) {
	c, far := openServerConn(t, V5, hello[V5], Config{})
	far.says("30 0f 0001 61 0a 09 0001 63 26 0000 0001 75 31")
	first := wantPacket[*Publish](t, c)
	far.says("30 0f 0001 62 0a 09 0001 64 26 0000 0001 76 32")
	second := wantPacket[*Publish](t, c)
	require.Equal(t, &Publish{Topic: "a", Payload: []byte("1"),
		Props: &PublishProps{CorrelationData: []byte("c"), User: []UserProperty{{"", "u"}}}}, first)
	require.Equal(t, &Publish{Topic: "b", Payload: []byte("2"),
		Props: &PublishProps{CorrelationData: []byte("d"), User: []UserProperty{{"", "v"}}}}, second)
}
