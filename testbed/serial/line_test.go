package serial_test

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"mqttsn-gateway/mqttsn/client"
	"mqttsn-gateway/radio/port"
	framing "mqttsn-gateway/radio/serial"
	"mqttsn-gateway/testbed/serial"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A client library can be put onto a board.
var _ client.Transport = (*serial.Board)(nil)

func open(t *testing.T, c serial.Config) *serial.Line {
	t.Helper()
	c.Path, c.Framing = filepath.Join(t.TempDir(), "ttyUSB0"), framing.HDLC
	l, err := serial.Open(c)
	require.NoError(t, err)
	t.Cleanup(l.Close)
	return l
}

// host opens the gateway's end.
func host(t *testing.T, l *serial.Line) *framing.Conn {
	t.Helper()
	c, err := framing.Dial(t.Context(), port.Config{Name: l.Path()}, framing.HDLC, 0)
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	return c
}

func passes(t *testing.T, from io.Writer, to io.Reader, text string) {
	t.Helper()
	_, err := from.Write([]byte(text))
	require.NoError(t, err)
	b := make([]byte, 100)
	n, err := to.Read(b)
	require.NoError(t, err)
	require.Equal(t, text, string(b[:n]))
}

func TestBoardsComeAndGo(t *testing.T) {
	l := open(t, serial.Config{})
	h := host(t, l)
	first := l.NewBoard()
	passes(t, first, h, "first")
	passes(t, h, first, "to the first")

	reading := make(chan error)
	go func() {
		_, err := first.Read(make([]byte, 100))
		reading <- err
	}()
	require.NoError(t, first.Close())
	require.ErrorIs(t, <-reading, net.ErrClosed)
	_, err := first.Write([]byte("late"))
	require.ErrorIs(t, err, net.ErrClosed)

	second := l.NewBoard()
	passes(t, second, h, "second")
	passes(t, h, second, "to the second")
}

func TestUnplug(t *testing.T) {
	l := open(t, serial.Config{})
	h := host(t, l)
	b := l.NewBoard()
	got := make(chan string)
	go func() {
		p := make([]byte, 100)
		n, err := b.Read(p)
		got <- string(p[:n]) + errorText(err)
	}()
	l.Unplug()
	require.Empty(t, l.Path())
	_, err := h.Read(make([]byte, 100))
	require.Error(t, err)
	_, err = b.Write([]byte("nobody hears this"))
	require.NoError(t, err)

	require.NoError(t, l.Plug())
	h = host(t, l)
	_, err = h.Write([]byte("again"))
	require.NoError(t, err)
	require.Equal(t, "again", <-got)

	l.Close()
	_, err = b.Read(make([]byte, 100))
	require.ErrorIs(t, err, net.ErrClosed)
	_, err = b.Write([]byte("closed"))
	require.ErrorIs(t, err, net.ErrClosed)
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// Of what is sent over a noisy line, some arrives, whole, and some does not.
func TestNoise(t *testing.T) {
	l := open(t, serial.Config{Noise: 0.01, Seed: 1})
	h := host(t, l)
	b := l.NewBoard()
	const count = 100
	text := "twenty octets, whole"
	for range count {
		_, err := b.Write([]byte(text))
		require.NoError(t, err)
	}
	arrived := 0
	for p := make([]byte, 100); ; arrived++ {
		require.NoError(t, h.SetReadDeadline(time.Now().Add(200*time.Millisecond)))
		n, err := h.Read(p)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			break
		}
		require.NoError(t, err)
		require.Equal(t, text, string(p[:n]))
	}
	require.Greater(t, arrived, count/3)
	require.Less(t, arrived, count)
}
