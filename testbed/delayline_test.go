package testbed

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestDelayLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		l := newDelayLine()
		done := make(chan struct{})
		go func() {
			defer close(done)
			l.run(ctx)
		}()
		delivered := make(chan int, 10)
		got := func(after time.Duration) (list []int) {
			time.Sleep(after)
			synctest.Wait()
			for len(delivered) > 0 {
				list = append(list, <-delivered)
			}
			return list
		}
		for i, delay := range []int{30, 10, 10, 0, 20, 10, 1000} {
			require.True(t, l.post(time.Duration(delay)*time.Millisecond, func() { delivered <- i }))
		}
		require.Equal(t, []int{3}, got(0))
		require.Equal(t, []int{1, 2, 5}, got(10*time.Millisecond))
		require.Equal(t, []int{4, 0}, got(100*time.Millisecond))
		cancel()
		<-done
		require.Empty(t, got(time.Minute), "what is left is not delivered")
	})
}

// What is too much is refused, and the rest comes in order.
func TestDelayLineIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		l := newDelayLine()
		delivered := make(chan int, maxParcels+2*cap(l.in))
		posted := 0
		fill := func() {
			for n := posted; l.post(time.Second, func() { delivered <- n }); n = posted {
				posted++
			}
		}
		fill()
		require.Equal(t, cap(l.in), posted)

		done := make(chan struct{})
		go func() {
			defer close(done)
			l.run(ctx)
		}()
		for range maxParcels/cap(l.in) + 1 {
			synctest.Wait()
			fill()
		}
		require.Equal(t, maxParcels+cap(l.in), posted)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		cancel()
		<-done
		close(delivered)
		want := 0
		for n := range delivered {
			require.Equal(t, want, n)
			want++
		}
		require.Equal(t, posted, want)
	})
}
