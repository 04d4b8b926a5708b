package main

import (
	"syscall"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
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
		ctx, stop := untilSignal(t.Context(), log, func(code int) { exits <- code })
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

func TestHangupIsReserved(t *testing.T) {
	log, _ := logtest.NewNullLogger()
	said := make(chan string, 1)
	log.AddHook(hook(func(e *logrus.Entry) { said <- e.Message }))
	ctx, stop := untilSignal(t.Context(), log, nil)
	defer stop()
	send(t, syscall.SIGHUP)
	select {
	case message := <-said:
		require.Contains(t, message, "SIGHUP")
	case <-time.After(10 * time.Second):
		t.Fatal("nothing was said")
	}
	require.NoError(t, ctx.Err())
}

// A hook sees what is logged.
type hook func(*logrus.Entry)

func (hook) Levels() []logrus.Level       { return logrus.AllLevels }
func (h hook) Fire(e *logrus.Entry) error { h(e); return nil }
