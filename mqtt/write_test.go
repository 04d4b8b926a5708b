package mqtt

import (
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// Neither Send nor Flush waits for a peer that does not read; Buffered tells what it owes, and OnDrained when it is even.
func TestSlowReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		c := NewClientConn(near, Config{})
		defer c.Close()
		drained := 0
		c.OnDrained(1000, func() { drained++ })
		require.NoError(t, c.Send(&Connect{Version: V311, CleanStart: true}))
		size := c.Buffered()
		for range 100 {
			require.NoError(t, c.Send(&Publish{Topic: "a", Payload: make([]byte, 95)}))
			c.Flush()
		}
		size += 100 * 100
		synctest.Wait()
		require.Equal(t, size, c.Buffered(), "the peer has read nothing")
		require.Zero(t, drained)

		n, err := io.ReadFull(far, make([]byte, size))
		require.NoError(t, err)
		require.Equal(t, size, n)
		synctest.Wait()
		require.Zero(t, c.Buffered())
		require.Equal(t, 1, drained)

		require.NoError(t, c.Send(&Pingreq{}))
		c.Flush()
		_, err = io.ReadFull(far, make([]byte, 2))
		require.NoError(t, err)
		synctest.Wait()
		require.Equal(t, 1, drained, "it was not crowded")
	})
}

// What is sent from the callback goes out too.
func TestSendWhenDrained(t *testing.T) {
	c, far := openServerConn(t, V311, hello[V311], Config{})
	c.mu.Lock() // OnDrained is for before the first Send, which the helper has done
	c.highWater, c.onDrained = 2, func() {
		c.Send(&Pingresp{})
		c.Flush()
	}
	c.mu.Unlock()
	require.NoError(t, c.Send(&Publish{Topic: "a"}))
	c.Flush()
	far.hears("30 03 0001 61 d0 00")
}

// A peer that does not take what it was sent is lost, and the reader gets to know.
func TestWriteTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		defer far.Close()
		c := NewServerConn(near, Config{Patience: 20 * time.Second})
		defer c.Close()
		go far.Write(unhex(hello[V311]))
		wantPacket[*Connect](t, c)
		start := time.Now()
		require.NoError(t, c.Send(&Publish{Topic: "a", Payload: make([]byte, 994)}))
		c.Flush()
		_, err := c.ReadPacket()
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		require.Equal(t, 21*time.Second, time.Since(start), "patience, and a second for 1,000 octets")
		require.ErrorIs(t, c.Send(&Pingresp{}), os.ErrDeadlineExceeded)
	})
}

// An idle connection has neither a goroutine nor a buffer for writing.
func TestIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, nc := net.Pipe()
		defer nc.Close()
		far := peer{t, nc}
		c := NewServerConn(near, Config{})
		defer c.Close()
		go echo(c)
		far.says(hello[V311])
		far.hears(sure[V311])
		for range 3 {
			synctest.Wait()
			c.mu.Lock()
			require.False(t, c.writing)
			require.Nil(t, c.out)
			c.mu.Unlock()
			far.says("30 03 0001 61")
			far.hears("30 03 0001 61")
		}
	})
}

func TestConnectTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, part := range []string{"10", hello[V311][:20]} {
			near, far := net.Pipe()
			c := NewServerConn(near, Config{ConnectTimeout: 7 * time.Second})
			start := time.Now()
			go far.Write(unhex(part))
			_, err := c.ReadPacket()
			require.ErrorIs(t, err, os.ErrDeadlineExceeded)
			require.Equal(t, 7*time.Second, time.Since(start))
			require.ErrorIs(t, c.Send(&Connack{}), os.ErrDeadlineExceeded, "closed")
			far.Close()
		}
	})
}

// Silence between packets is keep alive's business. A packet that has begun must arrive.
func TestPacketTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, nc := net.Pipe()
		defer nc.Close()
		far := peer{t, nc}
		c := NewServerConn(near, Config{Patience: 20 * time.Second})
		go far.says(hello[V311])
		wantPacket[*Connect](t, c)
		go func() {
			time.Sleep(24 * time.Hour)
			far.says("30 03")
			time.Sleep(20 * time.Second)
			far.says("0001 61")
		}()
		wantPacket[*Publish](t, c)
		go func() {
			time.Sleep(24 * time.Hour)
			far.says("30 e8 07 0001 61") // 1,000 octets, 997 missing
			for range 10 {
				time.Sleep(2 * time.Second)
				far.says("00") // to trickle does not help
			}
		}()
		start := time.Now()
		_, err := c.ReadPacket()
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		require.Equal(t, 24*time.Hour+20*time.Second+997*time.Millisecond, time.Since(start))
	})
}

func TestMaximumPacketSize(t *testing.T) {
	connect := "10 12 0004 4d515454 05 02 0000 05 27 00000010 0000" // 16 octets
	c, far := openServerConn(t, V5, connect, Config{MaxPacketSize: 100})
	for _, p := range []Packet{
		&Publish{Topic: "a", Payload: make([]byte, 11)},
		&Suback{PacketID: 1, Reasons: make([]Reason, 12)},
		&Publish{Topic: strings.Repeat("a", 0x10000)},
	} {
		require.ErrorIs(t, c.Send(p), ErrPacketTooLarge)
	}
	require.Zero(t, c.Buffered())
	require.NoError(t, c.Send(&Publish{Topic: "a", Payload: make([]byte, 10)}))
	require.NoError(t, c.Send(&Ack{Kind: PUBACK, PacketID: 1, ReasonString: "123456789"}))
	require.NoError(t, c.Send(&Ack{Kind: PUBACK, PacketID: 1, ReasonString: "1234567", User: []UserProperty{{}}}))
	require.NoError(t, c.Send(&Suback{PacketID: 1, Reasons: make([]Reason, 1), ReasonString: "12345678"}))
	require.NoError(t, c.Send(&Disconnect{Reason: QuotaExceeded, ReasonString: "much too long"}))
	c.Flush()
	far.hears("30 0e 0001 61 00 00000000000000000000")
	far.hears("40 02 0001")
	far.hears("40 02 0001")
	far.hears("90 04 0001 00 00")
	far.hearsEnd("e0 01 97")

	c, far = openServerConn(t, V5, hello[V5], Config{MaxPacketSize: 100})
	far.says("30 62 0001 61 00" + strings.Repeat("00", 94))
	require.Len(t, wantPacket[*Publish](t, c).Payload, 94)
	far.says("30 63 0001 61 00")
	wantRefusal(t, c, PacketTooLarge)
}

// Before CONNECT a stranger's packet is bounded more tightly.
func TestMaximumConnect(t *testing.T) {
	c, far := serverConn(t, Config{MaxPacketSize: 10 << 20})
	far.says("10 80 80 08") // 128 KiB and the header
	wantRefusal(t, c, PacketTooLarge)
}

// A client that does not want explanations gets them only in CONNACK, PUBLISH and DISCONNECT (MQTT-3.1.2-29).
func TestNoProblemInfo(t *testing.T) {
	c, far := serverConn(t, Config{})
	far.says("10 0f 0004 4d515454 05 02 0000 02 17 00 0000")
	wantPacket[*Connect](t, c)
	why, user := "x", []UserProperty{{"k", "v"}}
	for _, p := range []Packet{
		&Connack{ReasonString: why},
		&Ack{Kind: PUBREC, PacketID: 1, Reason: NotAuthorized, ReasonString: why, User: user},
		&Suback{PacketID: 1, Reasons: []Reason{NotAuthorized}, ReasonString: why, User: user},
		&Unsuback{PacketID: 1, Reasons: []Reason{NotAuthorized}, ReasonString: why, User: user},
		&Publish{Topic: "a", Props: &PublishProps{User: user}},
		&Disconnect{Reason: QuotaExceeded, ReasonString: why},
	} {
		require.NoError(t, c.Send(p))
	}
	far.hears("20 0c 00 00 09 27 00100000 1f 0001 78")
	far.hears("50 03 0001 87")
	far.hears("90 04 0001 00 87")
	far.hears("b0 04 0001 00 87")
	far.hears("30 0b 0001 61 07 26 0001 6b 0001 76")
	far.hearsEnd("e0 06 97 04 1f 0001 78")
}

// CONNECT and CONNACK announce what the connection enforces.
func TestAnnounced(t *testing.T) {
	cfg := Config{MaxPacketSize: 1000, TopicAliasMaximum: 7}
	near, far := tcpPair(t)
	cl, srv := NewClientConn(near, cfg), NewServerConn(far, cfg)
	defer cl.Close()
	defer srv.Close()
	require.NoError(t, cl.Send(&Connect{Version: V5}))
	cl.Flush()
	connect := wantPacket[*Connect](t, srv)
	require.Equal(t, []any{uint32(1000), uint16(7)}, []any{connect.MaximumPacketSize, connect.TopicAliasMaximum})
	require.NoError(t, srv.Send(&Connack{}))
	srv.Flush()
	connack := wantPacket[*Connack](t, cl)
	require.Equal(t, []any{uint32(1000), uint16(7)}, []any{connack.MaximumPacketSize, connack.TopicAliasMaximum})
}
