package protection

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqttsn/v2"
)

// Whichever bit of an envelope is turned, it is not opened, and nothing has changed.
func TestTamperedIsRefused(t *testing.T) {
	for _, v := range vectors {
		t.Run(v.name, func(t *testing.T) {
			r := v.receiver(t)
			datagram := octets(v.sealed)
			for i := range len(datagram) * 8 {
				datagram[i/8] ^= 0x80 >> (i % 8)
				opened, err := r.Open([]byte("before"), datagram)
				require.Error(t, err, "bit %d", i)
				require.Equal(t, []byte("before"), opened, "bit %d", i)
				require.Zero(t, r.Window, "bit %d", i)
				datagram[i/8] ^= 0x80 >> (i % 8)
			}
			for n := range datagram {
				_, err := r.Open(nil, datagram[:n])
				require.Error(t, err, "first %d octets", n)
			}
			_, err := r.Open(nil, datagram)
			require.NoError(t, err, "the same datagram, mended")
		})
	}
}

func TestWrongKeyIsRefused(t *testing.T) {
	for _, v := range vectors {
		r := v.receiver(t)
		secret := make([]byte, v.key)
		secret[0] = 0xFF
		var err error
		r.Key, err = NewKey(v.scheme, secret)
		require.NoError(t, err)
		_, err = r.Open(nil, octets(v.sealed))
		require.ErrorIs(t, err, ErrForged, v.name)
	}
}

func TestReplayIsRefused(t *testing.T) {
	for _, v := range vectors {
		if v.counterLen == 0 {
			continue
		}
		t.Run(v.name, func(t *testing.T) {
			r := v.receiver(t)
			_, err := r.Open(nil, octets(v.sealed))
			require.NoError(t, err)
			window := r.Window
			require.Equal(t, v.counter, window.Top)

			opened, err := r.Open([]byte("before"), octets(v.sealed))
			require.ErrorIs(t, err, ErrReplayed)
			require.Equal(t, []byte("before"), opened)
			require.Equal(t, window, r.Window)
		})
	}
}

// Packets that overtake each other are opened, each once, down to 63 behind the newest.
func TestReordered(t *testing.T) {
	v := vector{scheme: v2.AESCCM64128, key: 16, counterLen: 4, counter: 1}
	s, r := v.sender(t), v.receiver(t)
	s.Random = nil
	var datagrams [][]byte
	for range 70 {
		d, err := s.Seal(nil, pingreq)
		require.NoError(t, err)
		datagrams = append(datagrams, d)
	}
	slices.Reverse(datagrams)
	for i, d := range datagrams {
		_, err := r.Open(nil, d)
		if i < 64 {
			require.NoError(t, err, i)
		} else {
			require.ErrorIs(t, err, ErrReplayed, i)
		}
		_, err = r.Open(nil, d)
		require.ErrorIs(t, err, ErrReplayed, i)
	}
}

// Without a counter nothing can be told from a replay (4.2-1).
func TestUncountedIsRefused(t *testing.T) {
	for _, v := range vectors {
		if v.counterLen > 0 {
			continue
		}
		r := v.receiver(t)
		r.Uncounted = false
		_, err := r.Open(nil, octets(v.sealed))
		require.ErrorIs(t, err, ErrUncounted, v.name)
		require.Zero(t, r.Window)
	}
}

// What the sender of an envelope can be told.
func TestAnswerableErrors(t *testing.T) {
	example58 := "1e ff 41 00 00 11 22 33 44 55 66 77 a1 b2 c3 d4 00 05 04 0c 22 22 5f 2e 2a 22 a7 6e 65 ae"
	for _, tt := range []struct {
		name, hex string
		id        v2.SenderID
		scheme    v2.Scheme
		reason    v2.ReasonCode
		want      error
	}{
		{"37 a bare packet", "04 0c 22 22", senderID, v2.HMACSHA256, v2.ProtectionRequired, ErrBare},
		{"a packet in a forwarder's envelope", "07 fc 00 04 0c 22 22", senderID, v2.HMACSHA256, v2.ProtectionRequired, ErrBare},
		{"of another sender", example58, v2.SenderID{1}, v2.HMACSHA256, v2.UnknownSenderID, ErrSender},
		{"of another scheme", example58, senderID, v2.HMACSHA3256, v2.ProtectionSchemeInvalid, v2.ErrScheme},
		{"N19", "14 ff 13 00" + strings.Repeat(" 00", 16), senderID, v2.HMACSHA256, v2.ProtectionSchemeInvalid, v2.ErrScheme},
		{"N20", "24 ff 40 49" + strings.Repeat(" 00", 32), senderID, v2.HMACSHA256, v2.ProtectionSchemeInvalid, v2.ErrScheme},
		{"cut short", example58[:30], senderID, v2.HMACSHA256, v2.MalformedPacket, v2.ErrTruncated},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := Receiver{ID: tt.id, Key: testKey(t, tt.scheme, 32)}
			_, err := r.Open(nil, octets(tt.hex))
			require.ErrorIs(t, err, tt.want)
			var e *v2.Error
			require.True(t, errors.As(err, &e))
			require.Equal(t, tt.reason, e.Reason)
			require.Zero(t, r.Window)
		})
	}
}

// What may not be inside is refused although the tag is right. It was the sender's, so its counter is used up.
func TestInnerPacket(t *testing.T) {
	for _, tt := range []struct {
		name, hex string
		reason    v2.ReasonCode
		want      error
	}{
		{"3.17.8-1 forwarder", "07 fc 00 04 0c 22 22", v2.ProtocolError, v2.ErrNesting},
		{"protection", "1e ff 41 00 00 11 22 33 44 55 66 77 a1 b2 c3 d4 00 05 04 0c 22 22 5f 2e 2a 22 a7 6e 65 ae",
			v2.ProtocolError, v2.ErrNesting},
		{"half a packet", "05 0c 22 22", v2.MalformedPacket, v2.ErrTruncated},
		{"two packets", "04 0c 22 22 02 15", v2.MalformedPacket, v2.ErrTrailing},
		{"connection", "0a fe 00 02 73 37 04 0c 22 22", v2.Success, nil},
		{"fields are for the codec to look at", "05 0c 22 22 00", v2.Success, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := vector{scheme: v2.AESGCM128128, key: 16, counterLen: 4, counter: 3}
			r := v.receiver(t)
			sealed, err := v.sender(t).Seal(nil, octets(tt.hex))
			require.NoError(t, err)
			opened, err := r.Open(nil, sealed)
			require.Equal(t, uint32(3), r.Window.Top)
			if tt.want == nil {
				require.NoError(t, err)
				require.Equal(t, octets(tt.hex), opened)
				return
			}
			require.Empty(t, opened)
			require.ErrorIs(t, err, tt.want)
			require.Equal(t, tt.reason, err.(*v2.Error).Reason)
		})
	}
}

func TestSenderOf(t *testing.T) {
	for _, v := range vectors {
		id, err := SenderOf(octets(v.sealed))
		require.NoError(t, err)
		require.Equal(t, senderID, id)
	}
	_, err := SenderOf(pingreq)
	require.ErrorIs(t, err, ErrBare)
	id, err := SenderOf(octets("14 ff 13 00 00 11 22 33 44 55 66 77 a1 b2 c3 d4 00 00 00 00"))
	require.ErrorIs(t, err, v2.ErrScheme)
	require.Equal(t, senderID, id)
}

// A counter of two octets ends early, and is not started again.
func TestShortCounterEnds(t *testing.T) {
	v := vector{scheme: v2.CMAC128, key: 16, counterLen: 2, counter: math.MaxUint16}
	s := v.sender(t)
	_, err := s.Seal(nil, pingreq)
	require.NoError(t, err)
	b, err := s.Seal([]byte("before"), pingreq)
	require.ErrorIs(t, err, ErrNoCounter)
	require.Equal(t, []byte("before"), b)
}

// v2.0 3.17.2.3-1, 3.17.2.3-4, 3.17.2.3-8
func TestSealRefuses(t *testing.T) {
	for name, change := range map[string]func(*Sender){
		"no counter reserved":      func(s *Sender) { s.Counter = NewCounter(0) },
		"counter of three octets":  func(s *Sender) { s.CounterLen = 3 },
		"material of three octets": func(s *Sender) { s.Material = make([]byte, 3) },
		"tag too short":            func(s *Sender) { s.TagLen = 6 },
		"tag too long":             func(s *Sender) { s.TagLen = 34 },
		"tag of less than nothing": func(s *Sender) { s.TagLen = -1 },
		"no random octets":         func(s *Sender) { s.Random = strings.NewReader("abc") },
	} {
		t.Run(name, func(t *testing.T) {
			s := NewSender(testKey(t, v2.HMACSHA256, 32), senderID, counterAt(1))
			_, err := s.Seal(nil, pingreq)
			require.NoError(t, err)
			change(s)
			b, err := s.Seal([]byte("before"), pingreq)
			require.Error(t, err)
			require.Equal(t, []byte("before"), b)
		})
	}
	s := NewSender(testKey(t, v2.AESGCM128128, 16), senderID, counterAt(1))
	s.TagLen = 8
	_, err := s.Seal(nil, pingreq)
	require.ErrorIs(t, err, v2.ErrUnencodable, "tags of schemes that encrypt are not truncated (3.17.2.3-4)")
	s.TagLen = 0
	_, err = s.Seal(nil, make([]byte, v2.MaxLen))
	require.ErrorIs(t, err, v2.ErrUnencodable)
}

func TestNewKeyRefuses(t *testing.T) {
	for i := range 256 {
		scheme := v2.Scheme(i)
		for n := range 40 {
			_, err := NewKey(scheme, make([]byte, n))
			ok := scheme.Supported() && n > 0 && (scheme.KeyLen() == 0 || scheme.KeyLen() == n)
			require.Equal(t, ok, err == nil, "%v with %d octets", scheme, n)
			if !ok {
				require.ErrorIs(t, err, ErrKey)
			}
		}
	}
}

// What is sealed twice looks different each time, as a retry must (4.4.2-7).
func TestSealedAgainIsNew(t *testing.T) {
	s := NewSender(testKey(t, v2.AESCCM64128, 16), senderID, counterAt(1))
	r := Receiver{ID: senderID, Key: s.Key}
	first, err := s.Seal(nil, pingreq)
	require.NoError(t, err)
	second, err := s.Seal(nil, pingreq)
	require.NoError(t, err)
	require.NotEqual(t, first[12:16], second[12:16], "random octets")
	for _, d := range [][]byte{first, second} {
		opened, err := r.Open(nil, d)
		require.NoError(t, err)
		require.Equal(t, pingreq, opened)
	}
}

// Nothing is allocated where the buffers suffice, except by the library's CCM.
func TestNoAllocation(t *testing.T) {
	for _, v := range vectors {
		if strings.Contains(v.scheme.String(), "CCM") {
			continue
		}
		s, r := v.sender(t), v.receiver(t)
		s.Random = nil
		buf, packet := make([]byte, 0, 256), make([]byte, 0, 256)
		allocs := testing.AllocsPerRun(10, func() {
			buf, _ = s.Seal(buf[:0], pingreq)
			packet, _ = r.Open(packet[:0], buf)
		})
		require.Equal(t, pingreq, packet, v.name)
		require.Zero(t, allocs, v.name)
	}
}

// Only the owner of the key makes something that opens.
func FuzzOpen(f *testing.F) {
	genuine := map[string]bool{}
	for i, v := range vectors {
		f.Add(i, octets(v.sealed))
		genuine[string(octets(v.sealed))] = true
	}
	f.Fuzz(func(t *testing.T, i int, datagram []byte) {
		if i < 0 || i >= len(vectors) {
			return
		}
		opened, err := vectors[i].receiver(t).Open(nil, datagram)
		if err == nil {
			require.True(t, genuine[string(datagram)], "% x", datagram)
			require.Equal(t, pingreq, opened)
		}
	})
}

func BenchmarkSealOpen(b *testing.B) {
	for _, v := range vectors[6:] {
		b.Run(v.name, func(b *testing.B) {
			s, r := v.sender(b), v.receiver(b)
			s.Random, s.CounterLen = nil, 4
			s.Counter.Stored(math.MaxUint32)
			buf, packet := make([]byte, 0, 256), make([]byte, 0, 256)
			b.ReportAllocs()
			for b.Loop() {
				var err error
				if buf, err = s.Seal(buf[:0], pingreq); err != nil {
					b.Fatal(err)
				}
				if packet, err = r.Open(packet[:0], buf); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
