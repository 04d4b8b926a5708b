package frame_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/radio/xbee/frame"
)

// The rows up to the gap are the test vectors of section 13 of the reference.
func TestParserFindsItsWayBack(t *testing.T) {
	for _, c := range []struct {
		name   string
		stream string
		modes  []frame.Mode
		want   []string
		count  frame.Counters
	}{
		{"garbage", "00 FF 41 7E 00 02 8A 06 6F", modes, []string{"8A 06"},
			frame.Counters{Frames: 1, Garbage: 3}},
		{"partial frame, escaped", "7E 00 04 08 01 7E 00 02 8A 06 6F", modes[1:], []string{"8A 06"},
			frame.Counters{Frames: 1, Garbage: 5, Aborted: 1}},
		{"partial frame, plain", "7E 00 04 08 01 7E 00 02 8A 06 6F", modes[:1], []string{"8A 06"},
			frame.Counters{Frames: 1, Garbage: 5, BadChecksum: 1}},
		{"bad checksum", "7E 00 02 8A 06 6E 7E 00 02 8A 00 75", modes, []string{"8A 00"},
			frame.Counters{Frames: 1, Garbage: 6, BadChecksum: 1}},
		{"aborted escape", "7E 00 04 08 01 7D 7E 00 02 8A 06 6F", modes[1:], []string{"8A 06"},
			frame.Counters{Frames: 1, Garbage: 5, Aborted: 1}},
		{"delimiter twice", "7E 7E 00 02 8A 06 6F", modes[:1], []string{"8A 06"},
			frame.Counters{Frames: 1, Garbage: 1, BadLength: 1}},

		{"delimiter twice, escaped", "7E 7E 00 02 8A 06 6F", modes[1:], []string{"8A 06"},
			frame.Counters{Frames: 1, Garbage: 1, Aborted: 1}},
		{"length zero", "7E 00 00 FF 7E 00 02 8A 06 6F", modes, []string{"8A 06"},
			frame.Counters{Frames: 1, Garbage: 4, BadLength: 1}},
		{"raw XON and XOFF are taken literally", "7E 00 03 8A 11 13 51", modes, []string{"8A 11 13"},
			frame.Counters{Frames: 1}},
		{"two good frames in a corrupt one", "7E 00 10 7E 00 02 8A 06 6F 7E 00 02 8A 00 75 00 00 00 00 00", modes[:1],
			[]string{"8A 06", "8A 00"}, frame.Counters{Frames: 2, Garbage: 8, BadChecksum: 1}},
		{"delimiter as data", "7E 00 04 08 01 7E 50 28", modes[:1], []string{"08 01 7E 50"},
			frame.Counters{Frames: 1}},
		{"escaped octet lost", "7E 00 7D 8A 06 6F 7E 00 02 8A 06 6F", modes[1:], []string{"8A 06"},
			frame.Counters{Frames: 1, Garbage: 5, Aborted: 1}},
	} {
		for _, m := range c.modes {
			for _, portion := range []int{1, 3, 1000} {
				found, p := parseLine(m, octets(t, c.stream), portion)
				var want [][]byte
				for _, w := range c.want {
					want = append(want, octets(t, w))
				}
				require.Equalf(t, want, found, "%s, %v", c.name, m)
				require.Equalf(t, c.count, p.Counters(), "%s, %v", c.name, m)
			}
		}
	}
}

func TestParserGivesUpUnfinishedFrames(t *testing.T) {
	start := time.Unix(1000, 0)
	at := func(d time.Duration) time.Time { return start.Add(d) }
	for _, m := range modes {
		var found [][]byte
		deliver := func(data []byte) { found = append(found, bytes.Clone(data)) }
		p := frame.NewParser(115200)
		p.SetMode(m)
		require.Zero(t, p.Deadline(), "nothing is unfinished")

		p.Feed(octets(t, "7E 00 08 8A"), at(0), deliver)
		require.Equal(t, at(100*time.Millisecond), p.Deadline(), "USB adapters deliver in portions")
		p.Expire(at(99*time.Millisecond), deliver)
		require.NotZero(t, p.Deadline())
		p.Expire(at(100*time.Millisecond), deliver)
		require.Zero(t, p.Deadline())
		require.Equal(t, uint64(1), p.Counters().TimedOut)

		p.Feed(octets(t, "7E 00 02 8A 06 6F"), at(time.Second), deliver)
		require.Equal(t, [][]byte{{0x8A, 6}}, found, "the parser works on")
	}
}

// A corrupt length makes the parser wait for more than there is; the frame behind it must not be lost.
func TestParserExpiresToAGoodFrame(t *testing.T) {
	start := time.Unix(1000, 0)
	var found [][]byte
	deliver := func(data []byte) { found = append(found, bytes.Clone(data)) }
	p := frame.NewParser(9600)
	p.Feed(octets(t, "7E 00 80 8A 06 6F 7E 00 02 8A 06 6F 7E 00"), start, deliver)
	require.Empty(t, found)
	p.Expire(start.Add(time.Second), deliver)
	require.Equal(t, [][]byte{{0x8A, 6}}, found)
	require.Zero(t, p.Deadline(), "the trailing delimiter is as old as the rest")
	require.Equal(t, frame.Counters{Frames: 1, Garbage: 8, TimedOut: 2}, p.Counters())
}

// Octets that trickle in cannot hold the parser for ever.
func TestParserLimitsAWholeFrame(t *testing.T) {
	now := time.Unix(1000, 0)
	p := frame.NewParser(9600)
	p.Feed(octets(t, "7E 01 00"), now, nil)
	end := now.Add(2*256*10*time.Second/9600 + 500*time.Millisecond)
	for range 40 {
		now = now.Add(50 * time.Millisecond)
		if !now.Before(p.Deadline()) {
			break
		}
		p.Feed([]byte{0}, now, nil)
	}
	require.WithinDuration(t, end, now, 50*time.Millisecond)
	p.Expire(now, nil)
	require.Zero(t, p.Deadline())
}

func TestParserLimit(t *testing.T) {
	long := frame.Append(nil, frame.Plain, make([]byte, 1000))
	for _, c := range []struct{ limit, frames int }{{300, 0}, {1000, 1}, {999, 0}, {1 << 20, 1}, {-1, 0}} {
		p := frame.NewParser(9600)
		p.SetLimit(c.limit)
		got := 0
		p.Feed(long, time.Time{}, func([]byte) { got++ })
		require.Equal(t, c.frames, got, "limit %d", c.limit)
	}
}

// FuzzParser asserts what holds for any octets: no panic, the same frames however they are portioned, only frames that
// are really there, every octet accounted for.
func FuzzParser(f *testing.F) {
	for _, v := range vectors {
		f.Add(v.line(f, frame.Plain), false, uint8(3))
		f.Add(v.line(f, frame.Escaped), true, uint8(1))
	}
	f.Add(octets(f, "7E 00 10 7E 00 02 8A 06 6F 7E 00 02 8A 00 75 00 00 00 00 00"), false, uint8(5))
	f.Fuzz(func(t *testing.T, b []byte, escaped bool, portion uint8) {
		m := frame.Plain
		if escaped {
			m = frame.Escaped
		}
		found, p := parseLine(m, b, max(int(portion), 1))
		again, _ := parseLine(m, b, len(b)+1)
		require.Equal(t, again, found)
		octets := 0
		for _, data := range found {
			octets += len(data) + 4
			if m == frame.Plain {
				require.True(t, bytes.Contains(b, frame.Append(nil, m, data)))
			}
		}
		c := p.Counters()
		require.Equal(t, uint64(len(found)), c.Frames)
		if m == frame.Plain {
			require.LessOrEqual(t, uint64(octets)+c.Garbage, uint64(len(b)))
		}
		p.Expire(time.Time{}.Add(time.Hour), func([]byte) {})
		require.Zero(t, p.Deadline())
	})
}

// FuzzFrame asserts that whatever parses can be encoded, and then means the same.
func FuzzFrame(f *testing.F) {
	for _, v := range vectors {
		f.Add(v.frame.Append(nil))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) == 0 {
			return
		}
		in := frame.New(frame.Type(data[0]))
		if in == nil || in.Parse(data) != nil {
			return
		}
		again := frame.New(frame.Type(data[0]))
		require.NoError(t, again.Parse(in.Append(nil)))
		require.Equal(t, show(in), show(again))
	})
}
