package serial_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/creack/pty"
	"github.com/stretchr/testify/require"

	"mqttsn-gateway/radio"
	"mqttsn-gateway/radio/port"
	"mqttsn-gateway/radio/radiotest"
	"mqttsn-gateway/radio/serial"
)

// A device is the far end of a line.
type device struct{ *serial.Conn }

func (d device) Send(b []byte) error {
	_, err := d.Write(b)
	return err
}

func (d device) Receive(deadline time.Time) ([]byte, error) {
	if err := d.SetReadDeadline(deadline); err != nil {
		return nil, err
	}
	b := make([]byte, serial.DefaultMTU)
	n, err := d.Read(b)
	return b[:n], err
}

// openPty makes a line: its far end, and the name of the terminal at the near one.
func openPty(t testing.TB) (far *os.File, name string) {
	t.Helper()
	far, tty, err := pty.Open()
	require.NoError(t, err)
	require.NoError(t, tty.Close())
	t.Cleanup(func() { far.Close() })
	return far, tty.Name()
}

// events collects what a link reports.
type events chan radio.Event

func newEvents() events { return make(events, 100) }

func (e events) put(ev radio.Event) { e <- ev }

func (e events) want(t *testing.T, kind radio.EventKind) radio.Event {
	t.Helper()
	select {
	case ev := <-e:
		require.Equal(t, kind, ev.Kind, "event %+v", ev)
		return ev
	case <-time.After(radiotest.Wait):
		t.Fatalf("no event, want %v", kind)
		return radio.Event{}
	}
}

func listen(t *testing.T, c serial.Config) (*serial.Link, events) {
	t.Helper()
	ev := newEvents()
	c.OnEvent = ev.put
	l, err := serial.Listen(c)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	return l, ev
}

func TestSerialPassesTheSuite(t *testing.T) {
	for _, f := range []serial.Framing{serial.SLIP, serial.SLIPCRC, serial.COBS, serial.COBSCRC, serial.HDLC} {
		t.Run(f.String(), func(t *testing.T) {
			radiotest.Run(t, func(t *testing.T) radiotest.Network {
				far, name := openPty(t)
				l, ev := listen(t, serial.Config{Open: port.Config{Name: name}.Opener(), Framing: f})
				ev.want(t, radio.LinkUp)
				return radiotest.Network{
					Link: l, Stats: l.Stats, MaxPeers: 1, Window: serial.DefaultQueue,
					NewPeer: func(t *testing.T) radiotest.Endpoint { return device{serial.NewConn(far, f, 0)} },
				}
			})
		})
	}
}

func TestDialOpensADevicesEnd(t *testing.T) {
	far, name := openPty(t)
	near, err := serial.Dial(t.Context(), port.Config{Name: name}, serial.HDLC, 0)
	require.NoError(t, err)
	defer near.Close()
	other := serial.NewConn(far, serial.HDLC, 0)
	for _, way := range []struct{ from, to net.Conn }{{near, other}, {other, near}} {
		_, err := way.from.Write([]byte("hello"))
		require.NoError(t, err)
		b := make([]byte, 16)
		n, err := way.to.Read(b)
		require.NoError(t, err)
		require.Equal(t, "hello", string(b[:n]))
	}
	_, err = serial.Dial(t.Context(), port.Config{Name: "/nowhere"}, serial.HDLC, 0)
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestConn(t *testing.T) {
	a, b := net.Pipe()
	x, y := serial.NewConn(a, serial.COBSCRC, 8), serial.NewConn(b, serial.COBSCRC, 8)
	defer x.Close()
	defer y.Close()
	require.Equal(t, "line", x.LocalAddr().String())
	require.Equal(t, "serial", x.RemoteAddr().Network())

	_, err := x.Write(make([]byte, 9))
	require.ErrorIs(t, err, radio.ErrTooLong)
	_, err = x.Write(nil)
	require.Error(t, err)

	require.NoError(t, y.SetDeadline(time.Now().Add(-time.Second)))
	_, err = y.Read(make([]byte, 8))
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	require.NoError(t, y.SetDeadline(time.Time{}))

	// Two datagrams in one piece, one of them too long for its reader.
	go func() {
		piece := serial.COBSCRC.Append(nil, []byte("12345678"))
		_, _ = a.Write(serial.COBSCRC.Append(piece, []byte("1234")))
	}()
	_, err = y.Read(make([]byte, 4))
	require.ErrorIs(t, err, radio.ErrTooLong)
	got := make([]byte, 4)
	_, err = y.Read(got)
	require.NoError(t, err)
	require.Equal(t, "1234", string(got))

	require.NoError(t, x.Close())
	_, err = y.Read(got)
	require.ErrorIs(t, err, io.EOF)
}

func TestNoiseIsCountedAndPassedOver(t *testing.T) {
	far, name := openPty(t)
	l, ev := listen(t, serial.Config{Open: port.Config{Name: name}.Opener(), Framing: serial.HDLC, MTU: 16})
	ev.want(t, radio.LinkUp)
	_, err := far.Write([]byte("\x01noise\x7E\xFF\x7E"))
	require.NoError(t, err)
	_, err = far.Write(serial.HDLC.Append(nil, make([]byte, 17)))
	require.NoError(t, err)
	_, err = far.Write(serial.HDLC.Append(nil, []byte("word")))
	require.NoError(t, err)
	ps := []radio.Packet{{Data: make([]byte, 16)}}
	_, err = l.ReadBatch(ps)
	require.NoError(t, err)
	require.Equal(t, "word", string(ps[0].Data))
	st := l.Stats()
	require.EqualValues(t, 2, st.DroppedInvalid)
	require.EqualValues(t, 1, st.DroppedOversize)
}

// A pulled adapter: the device node goes, another one comes later. The link goes down and up once each.
func TestAPulledPortComesBack(t *testing.T) {
	var mu sync.Mutex
	far, name := openPty(t)
	setName := func(s string) {
		mu.Lock()
		defer mu.Unlock()
		name = s
	}
	open := func(ctx context.Context) (io.ReadWriteCloser, error) {
		mu.Lock()
		defer mu.Unlock()
		return port.Config{Name: name}.Opener()(ctx)
	}
	l, ev := listen(t, serial.Config{Open: open, Framing: serial.SLIPCRC})
	ev.want(t, radio.LinkUp)

	setName("/nowhere")
	require.NoError(t, far.Close())
	require.Error(t, ev.want(t, radio.LinkDown).Err)
	peer, err := l.ParsePeer("line")
	require.NoError(t, err)
	n, err := l.WriteBatch([]radio.Packet{{Peer: peer, Data: []byte("lost")}})
	require.Equal(t, 1, n)
	require.ErrorIs(t, err, serial.ErrDown)

	far, name2 := openPty(t)
	setName(name2)
	ev.want(t, radio.LinkUp)
	d := device{serial.NewConn(far, serial.SLIPCRC, 0)}
	require.NoError(t, d.Send([]byte("back")))
	ps := []radio.Packet{{Data: make([]byte, 16)}}
	_, err = l.ReadBatch(ps)
	require.NoError(t, err)
	require.Equal(t, "back", string(ps[0].Data))
	require.Empty(t, ev, "each once")
}

// A line whose other side takes nothing: the queue is bounded, and after the time-out the port is opened again.
func TestAStuckLineIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe() // nobody reads far
		opened := 0
		l, ev := listen(t, serial.Config{Queue: 2, Framing: serial.SLIP, Open: func(context.Context) (io.ReadWriteCloser, error) {
			if opened++; opened == 1 {
				return near, nil
			}
			return nil, errors.New("gone")
		}})
		ev.want(t, radio.LinkUp)
		synctest.Wait()
		peer, err := l.ParsePeer("line")
		require.NoError(t, err)
		p := radio.Packet{Peer: peer, Data: []byte("word")}
		_, err = l.WriteBatch([]radio.Packet{p})
		require.NoError(t, err)
		synctest.Wait() // the first is on its way: two more may wait
		n, err := l.WriteBatch([]radio.Packet{p, p, p})
		require.Equal(t, 3, n)
		require.ErrorIs(t, err, serial.ErrBusy)
		require.ErrorContains(t, ev.want(t, radio.LinkDown).Err, "took nothing")
		synctest.Wait()
		require.EqualValues(t, 4, l.Stats().SendErrors)
		require.NoError(t, l.Close())
		far.Close()
	})
}

// What nobody reads is lost when the queue is full, and counted.
func TestAFullInboxIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		l, ev := listen(t, serial.Config{Queue: 2, Framing: serial.SLIP, Open: func(context.Context) (io.ReadWriteCloser, error) {
			return near, nil
		}})
		ev.want(t, radio.LinkUp)
		d := device{serial.NewConn(far, serial.SLIP, 0)}
		for range 5 {
			require.NoError(t, d.Send([]byte("word")))
		}
		synctest.Wait()
		require.EqualValues(t, 3, l.Stats().DroppedOverflow)
		ps := make([]radio.Packet, 4)
		for i := range ps {
			ps[i].Data = make([]byte, 8)
		}
		n, err := l.ReadBatch(ps)
		require.NoError(t, err)
		require.Equal(t, 2, n)
		require.NoError(t, l.Close())
		far.Close()
	})
}

func TestConfigIsChecked(t *testing.T) {
	open := port.Config{Name: "/nowhere"}.Opener()
	for name, c := range map[string]serial.Config{
		"nothing to open": {},
		"framing":         {Open: open, Framing: 99},
		"MTU":             {Open: open, MTU: 1 << 20},
		"queue":           {Open: open, Queue: -1},
	} {
		_, err := serial.Listen(c)
		require.Error(t, err, name)
	}
}
