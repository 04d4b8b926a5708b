package radio_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/radio"
)

// BenchmarkUDPRead measures the reader alone: what waits in the socket is put there off the clock.
func BenchmarkUDPRead(b *testing.B) {
	for _, waiting := range []int{1, 8, 64} {
		for _, listenAt := range []string{"127.0.0.1:0", ":0"} {
			b.Run(fmt.Sprintf("waiting=%d/listen=%s", waiting, listenAt), func(b *testing.B) {
				u := listen(b, radio.UDPConfig{Listen: listenAt})
				d := newDevice(b, u, "127.0.0.1")
				full, ps := make([]radio.Packet, 64), make([]radio.Packet, 64)
				for i := range full {
					full[i].Data = make([]byte, 1500)
				}
				var reading time.Duration
				total := 0
				for b.Loop() {
					for range waiting {
						if err := d.Send([]byte("0123456789abcdef")); err != nil {
							b.Fatal(err)
						}
					}
					start := time.Now()
					for left := waiting; left > 0; {
						copy(ps, full)
						n, err := u.ReadBatch(ps)
						if err != nil {
							b.Fatal(err)
						}
						left -= n
					}
					reading += time.Since(start)
					total += waiting
				}
				b.ReportMetric(float64(reading.Nanoseconds())/float64(total), "ns/datagram")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

// BenchmarkUDPEcho measures a datagram there and back, both ends included, for comparison with the links that do more.
func BenchmarkUDPEcho(b *testing.B) {
	u := listen(b, radio.UDPConfig{Listen: "127.0.0.1:0"})
	d := newDevice(b, u, "127.0.0.1")
	buf, reply := make([]byte, 64), make([]byte, 64)
	ps := make([]radio.Packet, 1)
	b.ReportAllocs()
	for b.Loop() {
		ps[0].Data = buf
		require.NoError(b, d.Send([]byte("0123456789abcdef")))
		if _, err := u.ReadBatch(ps); err != nil {
			b.Fatal(err)
		}
		if _, err := u.WriteBatch(ps); err != nil {
			b.Fatal(err)
		}
		if _, _, err := d.ReadFromUDPAddrPort(reply); err != nil {
			b.Fatal(err)
		}
	}
}
