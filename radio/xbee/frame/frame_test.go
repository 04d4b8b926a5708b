package frame_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/radio/xbee/frame"
)

var modes = []frame.Mode{frame.Plain, frame.Escaped}

// parseLine feeds octets to a parser and returns copies of the frame data that it finds.
func parseLine(m frame.Mode, b []byte, portion int) (found [][]byte, p *frame.Parser) {
	p = frame.NewParser(9600)
	p.SetMode(m)
	for len(b) > 0 {
		n := min(portion, len(b))
		p.Feed(b[:n], time.Time{}, func(data []byte) { found = append(found, append([]byte(nil), data...)) })
		b = b[n:]
	}
	return found, p
}

func TestAppendVectors(t *testing.T) {
	for _, v := range vectors {
		for _, m := range modes {
			got := frame.Append(nil, m, v.frame.Append(nil))
			require.Equalf(t, v.line(t, m), got, "%s, %v: % X", v.name, m, got)
		}
	}
}

func TestParseVectors(t *testing.T) {
	for _, v := range vectors {
		for _, m := range modes {
			for _, portion := range []int{1, 7, 1000} {
				found, p := parseLine(m, v.line(t, m), portion)
				require.Lenf(t, found, 1, "%s, %v, %d octets at a time", v.name, m, portion)
				require.Equal(t, frame.Counters{Frames: 1}, p.Counters(), v.name)

				got := frame.New(frame.Type(found[0][0]))
				require.NoError(t, got.Parse(found[0]), v.name)
				require.Equal(t, show(v.frame), show(got), v.name)
			}
		}
	}
}

// Every vector, cut short anywhere, is either refused or means exactly what is there.
func TestTruncatedVectors(t *testing.T) {
	for _, v := range vectors {
		data := v.frame.Append(nil)
		for n := range data {
			f := frame.New(frame.Type(data[0]))
			if err := f.Parse(data[:n]); err != nil {
				require.ErrorIs(t, err, frame.ErrShort, v.name)
				continue
			}
			require.Equalf(t, data[:n], f.Append(nil), "%s, %d octets", v.name, n)
		}
	}
}

func TestParseRefusesOtherTypes(t *testing.T) {
	for _, v := range vectors {
		data := v.frame.Append(nil)
		data[0] = 0xFF
		require.ErrorIs(t, frame.New(frame.Type(v.frame.Append(nil)[0])).Parse(data), frame.ErrType, v.name)
		require.ErrorIs(t, frame.New(frame.Type(v.frame.Append(nil)[0])).Parse(nil), frame.ErrShort, v.name)
	}
}

func TestEveryTypeHasAVector(t *testing.T) {
	seen := map[frame.Type]bool{}
	for _, v := range vectors {
		seen[frame.Type(v.frame.Append(nil)[0])] = true
	}
	for i := range 256 {
		if f := frame.Type(i); frame.New(f) != nil {
			require.True(t, seen[f], f.String())
		}
	}
	require.Len(t, seen, 30, "the types of section 4 of the reference")
	require.Equal(t, "unknown frame (0xEE)", frame.Type(0xEE).String())
	require.Equal(t, "receive packet (0x90)", frame.TypeReceive.String())
}

func TestSamplesKeepEveryChannel(t *testing.T) {
	f := &frame.Samples16{Source: 1, Channels: 0x7FFF, Readings: []frame.Reading{
		{Digital: 0x01FF, Analog: [6]uint16{1, 2, 3, 4, 5, 6}}, {Digital: 2, Analog: [6]uint16{7}}}}
	var got frame.Samples16
	require.NoError(t, got.Parse(f.Append(nil)))
	require.Equal(t, *f, got)

	s := &frame.Sample{AnalogMask: 0x8F, Analog: [8]uint16{1, 2, 3, 4, 7: 3300}}
	var sample frame.Sample
	require.NoError(t, sample.Parse(s.Append(nil)))
	require.Equal(t, *s, sample)
}

func TestParseNeighbour(t *testing.T) {
	var answer frame.ATResponse
	found, _ := parseLine(frame.Plain, vectors[7].line(t, frame.Plain), 100)
	require.NoError(t, answer.Parse(found[0]))
	n, err := frame.ParseNeighbour(answer.Value)
	require.NoError(t, err)
	require.Equal(t, frame.Neighbour{Node: node, Node16: node16, Name: []byte("N1"), Parent16: frame.Unknown16,
		Role: frame.RoleRouter}, n)
	for i := range 16 {
		_, err := frame.ParseNeighbour(answer.Value[:i])
		require.ErrorIs(t, err, frame.ErrShort, i)
	}

	value := octets(t, "12 34 0013A200 40A1B2C3 2D 4E31 00")
	n, err = frame.ParseNeighbour802154(value)
	require.NoError(t, err)
	require.Equal(t, frame.Neighbour{Node: node, Node16: 0x1234, RSSI: 45, Name: []byte("N1"),
		Parent16: frame.Unknown16}, n)
	for i := range value {
		_, err := frame.ParseNeighbour802154(value[:i])
		require.ErrorIs(t, err, frame.ErrShort, i)
	}
}

func TestDeliveryClasses(t *testing.T) {
	for _, c := range []struct {
		code  frame.Delivery
		class frame.Class
	}{
		{0x00, frame.Success}, {0x01, frame.Link}, {0x02, frame.Congestion}, {0x24, frame.Link}, {0x32, frame.Congestion},
		{0x22, frame.Local}, {0x74, frame.Permanent}, {0x2E, frame.Configuration}, {0xEE, frame.Link},
	} {
		require.Equal(t, c.class, c.code.Class(), c.code.String())
	}
	require.Equal(t, "transmit status 0xEE", frame.Delivery(0xEE).String())
}

func TestRSSIBelowTheRange(t *testing.T) {
	require.Equal(t, int8(-40), frame.RSSI(40).DBm())
	require.Equal(t, int8(-128), frame.RSSI(255).DBm())
}

func TestHotFramesAllocateNothing(t *testing.T) {
	var (
		data, line = make([]byte, 0, 512), make([]byte, 0, 512)
		payload    = []byte("\x0b\x0c\x00\x00\x01\x00\x0021.5")
		status     = frame.TransmitStatus{ID: 1}
		tx         frame.Transmit
		rx         = frame.Receive{Source: node}
		parsed     int
	)
	for _, m := range modes {
		p := frame.NewParser(115200)
		p.SetMode(m)
		deliver := func(data []byte) {
			var err error
			switch frame.Type(data[0]) {
			case frame.TypeReceive:
				err = rx.Parse(data)
			case frame.TypeTransmit:
				err = tx.Parse(data)
			case frame.TypeTransmitStatus:
				err = status.Parse(data)
			}
			if err == nil {
				parsed++
			}
		}
		round := func() {
			rx.Data, tx.Data = payload, payload
			for _, f := range [...]frame.Frame{&rx, &tx, &status} {
				data = f.Append(data[:0])
				line = frame.Append(line[:0], m, data)
				p.Feed(line, time.Time{}, deliver)
			}
		}
		round()
		require.Zero(t, testing.AllocsPerRun(100, round), m.String())
	}
	require.NotZero(t, parsed)
}

func BenchmarkParser(b *testing.B) {
	f := frame.Receive{Source: node, Source16: node16, Data: make([]byte, 40)}
	for _, m := range modes {
		line := frame.Append(nil, m, f.Append(nil))
		b.Run(m.String(), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(line)))
			p := frame.NewParser(115200)
			p.SetMode(m)
			for b.Loop() {
				p.Feed(line, time.Time{}, func([]byte) {})
			}
		})
	}
}
