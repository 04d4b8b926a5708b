package mqtt

import (
	"io"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Whatever is accepted can be encoded, and is then written the same for ever; and the libraries read the same message.
func FuzzPacket(f *testing.F) {
	for _, tt := range vectors {
		f.Add(byte(tt.v), bool(tt.from), unhex(tt.hex))
	}
	for _, tt := range malformed {
		f.Add(byte(tt.v), bool(tt.from), unhex(tt.hex))
	}
	f.Fuzz(func(t *testing.T, version byte, from bool, octets []byte) {
		v := V311
		if version == byte(V5) {
			v = V5
		}
		p, err := decode(v, side(from), octets)
		if err != nil {
			return
		}
		if c, ok := p.(*Connect); ok {
			v = c.Version
		}
		e := encoder{v: v}
		require.NoError(t, e.packet(p))
		again, err := decode(v, side(from), e.b)
		require.NoError(t, err)
		e2 := encoder{v: v}
		require.NoError(t, e2.packet(again))
		require.Equal(t, e.b, e2.b)

		theirs, err := throughPeer(v, e.b)
		if err != nil {
			return // for their faults see peerFaults
		}
		if pub, ok := p.(*Publish); ok {
			q, err := decode(v, side(from), theirs)
			require.NoError(t, err)
			require.Equal(t, pub.Payload, q.(*Publish).Payload)
			require.Equal(t, pub.Topic, q.(*Publish).Topic)
		}
	})
}

// No stream of octets does any harm: each is cut into the same packets however it arrives, within the buffer's bounds.
func FuzzStream(f *testing.F) {
	var all []byte
	for _, tt := range vectors {
		if tt.from == client {
			all = append(all, unhex(tt.hex)...)
		}
	}
	f.Add(all, uint16(1))
	f.Add(all, uint16(700))
	f.Add(append(unhex(hello[V5]), all...), uint16(3))
	for _, tt := range malformed {
		f.Add(append(unhex(hello[tt.v]), unhex(tt.hex)...), uint16(5))
	}
	f.Fuzz(func(t *testing.T, octets []byte, step uint16) {
		whole, why := replayAll(t, octets, len(octets)+1)
		parts, whyParts := replayAll(t, octets, int(step)%1000+1)
		require.Equal(t, whole, parts)
		require.Equal(t, why, whyParts)
	})
}

// replayAll reads a server's connection to its end.
func replayAll(t *testing.T, octets []byte, step int) (ps []Packet, err error) {
	c := NewServerConn(&replay{octets: octets, step: step}, Config{MaxPacketSize: 20_000, TopicAliasMaximum: 3})
	for {
		p, err := c.ReadPacket()
		if err != nil {
			return ps, err
		}
		require.LessOrEqual(t, len(c.frames.buf), 2*20_000)
		ps = append(ps, p)
	}
}

// replay is a connection over which octets come, at most step at once, then its end. What is written is lost.
type replay struct {
	net.Conn // nil
	octets   []byte
	step     int
}

func (r *replay) Read(b []byte) (int, error) {
	if len(r.octets) == 0 {
		return 0, io.EOF
	}
	n := copy(b[:min(len(b), r.step)], r.octets)
	r.octets = r.octets[n:]
	return n, nil
}

func (r *replay) Write(b []byte) (int, error)      { return len(b), nil }
func (r *replay) SetDeadline(time.Time) error      { return nil }
func (r *replay) SetReadDeadline(time.Time) error  { return nil }
func (r *replay) SetWriteDeadline(time.Time) error { return nil }
func (r *replay) Close() error                     { return nil }
