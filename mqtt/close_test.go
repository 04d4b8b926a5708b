package mqtt

import (
	"crypto/rand"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// What a refused CONNECT gets to hear.
func TestCloseWithBeforeConnack(t *testing.T) {
	for _, tt := range []struct {
		name   string
		says   string
		reason Reason
		hears  string
	}{
		{"3.1.1", hello[V311], NotAuthorized, "20 02 00 05"},
		{"3.1.1, busy", hello[V311], ServerBusy, "20 02 00 03"},
		{"3.1.1, no code for it", hello[V311], PacketTooLarge, ""},
		{"3.1.1, malformed", "10 0d 0004 4d515454 04 03 0000 0001 61", MalformedPacket, ""},
		{"3.1.1, no client identifier", "10 0c 0004 4d515454 04 00 0000 0000", ClientIdentifierNotValid, "20 02 00 02"},
		{"level 3", "10 0c 0004 4d515454 03 02 0000 0000", UnsupportedProtocolVersion, "20 02 00 01"},
		{"3.1", hello[V31], BadUserNameOrPassword, "20 02 00 04"},
		{"5", hello[V5], NotAuthorized, "20 09 00 87 06 1f 0003 776879"},
		{"5, malformed", "10 0e 0004 4d515454 05 03 0000 00 0001 61", MalformedPacket, "20 09 00 81 06 1f 0003 776879"},
		{"5, reason of DISCONNECT", hello[V5], ServerShuttingDown, "20 09 00 80 06 1f 0003 776879"},
		{"5, no failure", hello[V5], Success, "20 09 00 80 06 1f 0003 776879"},
		{"level 6", "10 0d 0004 4d515454 06 02 0000 00 0000", UnsupportedProtocolVersion, "20 09 00 84 06 1f 0003 776879"},
		{"another protocol", "10 0d 0004 48545450 05 02 0000 00 0000", UnsupportedProtocolVersion, ""},
		{"no CONNECT", "c0 00", ProtocolViolation, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, far := serverConn(t, Config{})
			far.says(tt.says)
			_, err := c.ReadPacket()
			if refused, ok := err.(*ProtocolError); ok && tt.reason != MalformedPacket {
				require.Equal(t, tt.reason, refused.Reason)
			}
			c.CloseWith(tt.reason, "why")
			far.hearsEnd(tt.hears)
			require.ErrorIs(t, c.Send(&Pingresp{}), net.ErrClosed)
		})
	}
}

// What a peer gets to hear at the end of an open connection.
func TestCloseWith(t *testing.T) {
	for _, tt := range []struct {
		name   string
		open   func(*testing.T) (*Conn, peer)
		reason Reason
		hears  string
	}{
		{"server 3.1.1", openServer(V311), ServerShuttingDown, ""},
		{"server 5", openServer(V5), ServerShuttingDown, "e0 08 8b 06 1f 0003 776879"},
		{"server 5, normal", openServer(V5), NormalDisconnection, "e0 08 00 06 1f 0003 776879"},
		{"server 5, reason of CONNACK", openServer(V5), Banned, "e0 08 80 06 1f 0003 776879"},
		{"client 3.1.1", openClient(V311), NormalDisconnection, "e0 00"},
		{"client 3.1.1, will wanted", openClient(V311), DisconnectWithWill, ""},
		{"client 3.1.1, failure", openClient(V311), ProtocolViolation, ""},
		{"client 5", openClient(V5), ProtocolViolation, "e0 08 82 06 1f 0003 776879"},
		{"client 5, reason of the server", openClient(V5), SessionTakenOver, "e0 08 80 06 1f 0003 776879"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, far := tt.open(t)
			require.NoError(t, c.Send(&Publish{Topic: "last"}))
			c.CloseWith(tt.reason, "why")
			last := "30 06 0004 6c617374"
			if c.Version() == V5 {
				last = "30 07 0004 6c617374 00"
			}
			far.hearsEnd(last + tt.hears)
			far.Close()
			_, err := c.ReadPacket()
			require.ErrorIs(t, err, net.ErrClosed)
		})
	}
}

func openServer(v Version) func(*testing.T) (*Conn, peer) {
	return func(t *testing.T) (*Conn, peer) { return openServerConn(t, v, hello[v], Config{}) }
}

func openClient(v Version) func(*testing.T) (*Conn, peer) {
	return func(t *testing.T) (*Conn, peer) { return openClientConn(t, v, sure[v], Config{}) }
}

// The last packet arrives even if the peer has said much that we did not read, and goes on doing so.
func TestLastPacketArrives(t *testing.T) {
	c, far := openServerConn(t, V5, hello[V5], Config{})
	go io.Copy(far, rand.Reader) // ends with the connection
	_, err := c.ReadPacket()
	require.Error(t, err)
	c.CloseWith(MalformedPacket, "")
	far.hears("e0 01 81")
	n, err := far.Read(make([]byte, 1))
	require.Equal(t, io.EOF, err, "%d octets", n)
	far.Close()
}

func TestClose(t *testing.T) {
	for _, open := range []func(*testing.T) (*Conn, peer){openServer(V5), openClient(V311)} {
		c, far := open(t)
		failed := make(chan error)
		go func() {
			_, err := c.ReadPacket()
			failed <- err
		}()
		c.Close()
		c.Close()
		require.ErrorIs(t, <-failed, net.ErrClosed)
		require.ErrorIs(t, c.Send(&Publish{Topic: "a"}), net.ErrClosed)
		c.Flush()
		c.CloseAfterFlush()
		c.CloseWith(Success, "")
		far.hearsEnd("")
	}
}

// A peer that reads nothing delays the end by CloseTimeout, not more.
func TestCloseTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		defer far.Close()
		c := NewServerConn(near, Config{CloseTimeout: 3 * time.Second})
		go far.Write(unhex(hello[V311]))
		wantPacket[*Connect](t, c)
		require.NoError(t, c.Send(&Connack{}))
		c.Flush()
		synctest.Wait() // the writer waits for the peer
		start := time.Now()
		require.NoError(t, c.Send(&Pingresp{}))
		c.CloseAfterFlush()
		_, err := c.ReadPacket()
		require.ErrorIs(t, err, net.ErrClosed)
		synctest.Wait()
		require.Equal(t, 3*time.Second, time.Since(start))
		n, err := far.Read(make([]byte, 1))
		require.Equal(t, io.EOF, err, "%d octets", n)
	})
}

func TestEndOfStream(t *testing.T) {
	c, far := openServerConn(t, V311, hello[V311], Config{})
	far.Close()
	_, err := c.ReadPacket()
	require.Equal(t, io.EOF, err)
	require.ErrorIs(t, c.Send(&Pingresp{}), io.EOF)

	c, far = openServerConn(t, V311, hello[V311], Config{})
	far.says("30 05 00")
	far.Close()
	_, err = c.ReadPacket()
	require.Equal(t, io.ErrUnexpectedEOF, err)
}
