package main

import (
	"syscall"
	"testing"
	"time"

	logtest "github.com/sirupsen/logrus/hooks/test"
	"github.com/stretchr/testify/require"
)

// send sends a signal to ourselves.
func send(t *testing.T, s syscall.Signal) {
	require.NoError(t, syscall.Kill(syscall.Getpid(), s))
}

func TestSignals(t *testing.T) {
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		log, _ := logtest.NewNullLogger()
		exits := make(chan int, 1)
		ctx, _, stop := untilSignal(t.Context(), log, func(code int) { exits <- code })
		send(t, s)
		select {
		case <-ctx.Done():
		case <-time.After(10 * time.Second):
			t.Fatal(s, "did not stop us")
		}
		require.Empty(t, exits, "the first signal leaves time")
		send(t, s)
		select {
		case code := <-exits:
			require.Equal(t, 128+int(s), code)
		case <-time.After(10 * time.Second):
			t.Fatal("the second", s, "did not end us")
		}
		stop()
	}
}

func TestHangupReloads(t *testing.T) {
	log, _ := logtest.NewNullLogger()
	ctx, reload, stop := untilSignal(t.Context(), log, nil)
	defer stop()
	for range 2 {
		send(t, syscall.SIGHUP)
		select {
		case <-reload:
		case <-time.After(10 * time.Second):
			t.Fatal("nobody was told")
		}
	}
	require.NoError(t, ctx.Err())
}
