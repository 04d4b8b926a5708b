package port

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// wait is how long a test waits for something that must happen.
const wait = 10 * time.Second

// open opens the near end of a pseudo-terminal; far is what hangs on the line.
func open(t *testing.T, c Config) (near *Port, far *os.File) {
	t.Helper()
	far, tty, err := pty.Open()
	require.NoError(t, err)
	t.Cleanup(func() { far.Close() })
	c.Name = tty.Name()
	near, err = Open(t.Context(), c)
	require.NoError(t, err)
	require.NoError(t, tty.Close())
	t.Cleanup(func() { require.NoError(t, near.Close()) })
	return near, far
}

func TestEveryOctetPassesBothWays(t *testing.T) {
	near, far := open(t, Config{})
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	for _, way := range []struct {
		name string
		w    io.Writer
		r    io.Reader
	}{{"out", near, far}, {"in", far, near}} {
		_, err := way.w.Write(all)
		require.NoError(t, err, way.name)
		got := make([]byte, len(all))
		_, err = io.ReadFull(way.r, got)
		require.NoError(t, err, way.name)
		require.Equal(t, all, got, way.name)
	}
}

func TestPortIsExclusive(t *testing.T) {
	near, _ := open(t, Config{})
	_, err := Open(t.Context(), Config{Name: near.Path()})
	require.ErrorIs(t, err, ErrInUse)
	require.ErrorContains(t, err, near.Path())

	require.NoError(t, near.Close())
	again, err := Open(t.Context(), Config{Name: near.Path()})
	require.NoError(t, err)
	require.NoError(t, again.Close())
}

func TestOpenDiscardsOldInput(t *testing.T) {
	far, tty, err := pty.Open()
	require.NoError(t, err)
	defer far.Close()
	defer tty.Close()
	raw, err := unix.IoctlGetTermios(int(tty.Fd()), unix.TCGETS) // no echo, no lines: the junk arrives as it is
	require.NoError(t, err)
	raw.Lflag &^= unix.ICANON | unix.ECHO
	require.NoError(t, unix.IoctlSetTermios(int(tty.Fd()), unix.TCSETS, raw))
	_, err = far.WriteString("boot noise")
	require.NoError(t, err)

	near, err := Open(t.Context(), Config{Name: tty.Name()})
	require.NoError(t, err)
	defer near.Close()
	_, err = far.WriteString("new")
	require.NoError(t, err)
	got := make([]byte, 16)
	n, err := near.Read(got)
	require.NoError(t, err)
	require.Equal(t, "new", string(got[:n]))
}

func TestCloseEndsReadAndWrite(t *testing.T) {
	near, _ := open(t, Config{})
	ended := make(chan error, 2)
	go func() {
		_, err := near.Read(make([]byte, 1))
		ended <- err
	}()
	full := make(chan struct{})
	go func() {
		defer close(full)
		_, err := near.Write(make([]byte, 1<<20)) // nobody reads: the terminal's buffer fills
		ended <- err
	}()
	// The deadline is how we know that the writer waits, without a pause: it passes only then.
	require.NoError(t, near.SetWriteDeadline(time.Now().Add(20*time.Millisecond)))
	require.ErrorIs(t, <-ended, os.ErrDeadlineExceeded)
	<-full

	require.NoError(t, near.SetWriteDeadline(time.Time{}))
	go func() {
		_, err := near.Write(make([]byte, 1))
		ended <- err
	}()
	require.NoError(t, near.Close())
	require.NoError(t, near.Close(), "a second time")
	for range 2 {
		select {
		case err := <-ended:
			require.ErrorIs(t, err, os.ErrClosed)
		case <-time.After(wait):
			t.Fatal("Close does not end a read or a write")
		}
	}
}

func TestReadDeadline(t *testing.T) {
	near, _ := open(t, Config{})
	require.NoError(t, near.SetReadDeadline(time.Now().Add(time.Millisecond)))
	_, err := near.Read(make([]byte, 1))
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
}

func TestAPulledPortIsAnError(t *testing.T) {
	near, far := open(t, Config{})
	require.NoError(t, far.Close())
	_, err := near.Read(make([]byte, 1))
	require.Error(t, err)
	require.NotErrorIs(t, err, os.ErrClosed)
}

func TestSettings(t *testing.T) {
	near, _ := open(t, Config{Baud: 57600, FlowControl: true, TwoStopBits: true})
	termios := func() *unix.Termios {
		var got *unix.Termios
		require.NoError(t, control(near.file, func(fd int) (err error) {
			got, err = unix.IoctlGetTermios(fd, unix.TCGETS2)
			return err
		}))
		return got
	}
	got := termios()
	require.EqualValues(t, 57600, got.Ospeed)
	require.NotZero(t, got.Cflag&unix.CRTSCTS, "flow control")
	require.NotZero(t, got.Cflag&unix.CSTOPB, "two stop bits")
	require.Zero(t, got.Lflag&(unix.ECHO|unix.ICANON|unix.ISIG), "raw mode")

	for _, baud := range []int{9600, 115200, 250000} {
		require.NoError(t, near.SetBaud(baud))
		got := termios()
		require.EqualValues(t, baud, got.Ospeed)
		require.NotZero(t, got.Cflag&unix.CRTSCTS, "flow control survives a change of speed")
	}
	require.NoError(t, near.SetDTR(false), "a pseudo-terminal has no such wire, and that is no error")
	require.NoError(t, near.SetRTS(true))
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		name   string
		ctx    context.Context
		config Config
		want   error
	}{
		{"missing", t.Context(), Config{Name: filepath.Join(dir, "none")}, fs.ErrNotExist},
		{"no name", t.Context(), Config{}, fs.ErrNotExist},
		{"no such adapter", t.Context(), Config{Name: "ffff:fff0/none"}, fs.ErrNotExist},
		{"not a terminal", t.Context(), Config{Name: file}, nil},
		{"speed", t.Context(), Config{Name: file, Baud: 7}, nil},
		{"cancelled", cancelled, Config{Name: file}, context.Canceled},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := Open(c.ctx, c.config)
			require.Error(t, err)
			require.Nil(t, p)
			if c.want != nil {
				require.ErrorIs(t, err, c.want)
			}
			_, err = c.config.Opener()(c.ctx)
			require.Error(t, err)
		})
	}
}

// Package serial's own Read panics here: select(2) knows 1024 descriptors.
func TestMoreThan1024FilesAreNormal(t *testing.T) {
	for range 1100 {
		f, err := os.Open(os.DevNull)
		if errors.Is(err, unix.EMFILE) {
			t.Skip("this machine allows fewer files")
		}
		require.NoError(t, err)
		t.Cleanup(func() { f.Close() })
	}
	near, far := open(t, Config{})
	_, err := far.WriteString("still here")
	require.NoError(t, err)
	got := make([]byte, 16)
	n, err := near.Read(got)
	require.NoError(t, err)
	require.Equal(t, "still here", string(got[:n]))
}
