package dtls

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/radio"
	"mqttsn-gateway/radio/radiotest"
)

// BenchmarkEchoUnderFlood measures what a connected device sees, there and back, while so many ClientHellos a second come
// from invented addresses; and how long a new device takes to get in.
func BenchmarkEchoUnderFlood(b *testing.B) {
	for _, perSecond := range []int{0, 1000, 10_000, 50_000} {
		b.Run(fmt.Sprintf("hellos=%d", perSecond), func(b *testing.B) {
			l, _ := listen(b, Config{Credentials: keysOf("th7")})
			d := dial(b, l, th7)
			says(b, l, d, "hello")
			echo := make(chan struct{})
			go func() {
				defer close(echo)
				echoAll(l)
			}()
			stop := startFlood(b, newSpoofer(b, l), perSecond)

			var took []time.Duration
			lost := 0
			for b.Loop() {
				began := time.Now()
				require.NoError(b, d.Send([]byte("0123456789abcdef")))
				if _, err := d.Receive(began.Add(time.Second)); err != nil {
					lost++
					continue
				}
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "µs-p50")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "µs-p99")
			b.ReportMetric(float64(lost), "lost")

			began := time.Now()
			ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
			newcomer, err := Dial(ctx, l.LocalAddr().String(), th7)
			cancel()
			require.NoError(b, err)
			b.ReportMetric(float64(time.Since(began).Milliseconds()), "ms-newcomer")
			stop()
			newcomer.Close()
			l.Close()
			<-echo
		})
	}
}

// echoAll answers until the link is closed.
func echoAll(l *Link) {
	ps, full := make([]radio.Packet, 16), make([]radio.Packet, 16)
	for i := range full {
		full[i].Data = make([]byte, 2000)
	}
	for {
		copy(ps, full)
		n, err := l.ReadBatch(ps)
		if err != nil {
			return
		}
		_, _ = l.WriteBatch(ps[:n])
	}
}

// startFlood sends hellos at a rate, in bursts of a millisecond.
func startFlood(b *testing.B, s *spoofer, perSecond int) (stop func()) {
	done := make(chan struct{})
	var flood sync.WaitGroup
	flood.Go(func() {
		ticks := time.NewTicker(time.Millisecond)
		defer ticks.Stop()
		began, sent := time.Now(), 0
		for {
			select {
			case <-done:
				return
			case <-ticks.C:
				for ; sent < int(time.Since(began).Seconds()*float64(perSecond)); sent++ {
					s.send(b)
				}
			}
		}
	})
	return func() {
		close(done)
		flood.Wait()
	}
}

// BenchmarkHandshake measures both ends of a handshake with a key.
func BenchmarkHandshake(b *testing.B) {
	l, err := Listen(Config{Listen: "127.0.0.1:0", Credentials: keysOf("th7"), MaxSessions: 50, HandshakeRate: 1_000_000})
	require.NoError(b, err)
	defer l.Close()
	ctx, cancel := context.WithTimeout(b.Context(), 10*radiotest.Wait)
	defer cancel()
	for b.Loop() {
		conn, err := Dial(ctx, l.LocalAddr().String(), th7)
		require.NoError(b, err)
		conn.Close()
	}
}
