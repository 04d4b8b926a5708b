package xbee

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/radio"
	"mqttsn-gateway/radio/xbee/frame"
)

const (
	nodeA frame.Addr64 = 0x0013A200_40000001
	nodeB frame.Addr64 = 0x0013A200_40000002
	nodeC frame.Addr64 = 0x0013A200_40000003
)

// zigbee are the settings of a joined Zigbee coordinator; legacy and digimesh those of other families.
var (
	zigbee = map[string]string{"AP": "\x01", "OP": "\x12\x34", "OI": "\x7A\xB1", "ID": "\x12\x34", "AO": "\x00",
		"HV": "\x22\x47", "VR": "\x40\x5F", "SH": "\x13\xA2\x00", "SL": "\x40\xA1\xB2\xC3", "MY": "\x00\x00", "NI": "GW",
		"CH": "\x0F", "CE": "\x01", "EE": "\x00", "NP": "\x00\xFF", "SM": "\x00", "D6": "\x00", "D7": "\x01", "AI": "\x00",
		"DB": "\x2D"}
	digimesh = with(zigbee, "OP", "none", "OI", "none", "NH", "\x07", "NP", "\x49")
	legacy   = with(zigbee, "OP", "none", "OI", "none", "AO", "\x02", "NP", "\x66", "ID", "\x33\x32")
	first    = with(legacy, "AO", "none", "NP", "none", "HV", "\x17\x44", "VR", "\x10\xEC")
)

// with returns settings with some changed; "none" removes one.
func with(s map[string]string, changes ...string) map[string]string {
	s = maps.Clone(s)
	for i := 0; i < len(changes); i += 2 {
		s[changes[i]] = changes[i+1]
		if changes[i+1] == "none" {
			delete(s, changes[i])
		}
	}
	return s
}

// A bench is a link, and a modem on the test bench that answers AT commands by itself and leaves everything else to the
// test. It lives in a synctest bubble: all waiting is in virtual time.
type bench struct {
	*Link
	t *testing.T

	mu       sync.Mutex
	settings map[string]string
	line     net.Conn // the modem's end
	mute     bool
	opened   int

	requests chan []byte      // frames other than AT commands
	asked    chan string      // AT commands
	events   chan radio.Event // what the link has reported
}

// onBench runs a test with a link that is up.
func onBench(t *testing.T, settings map[string]string, c Config, test func(t *testing.T, b *bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, settings, c)
		b.wantEvent(radio.LinkUp)
		test(t, b)
	})
}

func newBench(t *testing.T, settings map[string]string, c Config) *bench {
	b := &bench{t: t, settings: settings, requests: make(chan []byte, 1000), asked: make(chan string, 1000),
		events: make(chan radio.Event, 1000)}
	c.Open = b.open
	c.Baud = 115200
	c.OnEvent = func(e radio.Event) { b.events <- e }
	var err error
	b.Link, err = Open(c)
	require.NoError(t, err)
	t.Cleanup(func() {
		b.Close()
		synctest.Wait()
	})
	return b
}

func (b *bench) open(context.Context) (io.ReadWriteCloser, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.opened++
	if b.settings == nil {
		return nil, errors.New("no such device")
	}
	modem, host := net.Pipe()
	b.line = modem
	go b.serve(modem)
	return host, nil
}

func (b *bench) serve(line net.Conn) {
	p := frame.NewParser(115200)
	buf := make([]byte, 1024)
	for {
		n, err := line.Read(buf)
		if err != nil {
			return
		}
		p.Feed(buf[:n], time.Now(), func(data []byte) {
			if frame.Type(data[0]) != frame.TypeAT {
				b.requests <- bytes.Clone(data)
				return
			}
			b.answer(data)
		})
	}
}

func (b *bench) answer(data []byte) {
	var at frame.AT
	if at.Parse(data) != nil {
		return
	}
	b.mu.Lock()
	value, known := b.settings[at.Command]
	mute := b.mute
	b.mu.Unlock()
	b.asked <- at.Command
	if mute {
		return
	}
	r := frame.ATResponse{ID: at.ID, Command: at.Command, Value: []byte(value)}
	if !known {
		r.Status = frame.InvalidCommand
	}
	b.say(&r)
}

// say sends a frame to the link.
func (b *bench) say(f frame.Frame) { b.sayRaw(frame.Append(nil, frame.Plain, f.Append(nil))) }

func (b *bench) sayRaw(octets []byte) {
	b.mu.Lock()
	line := b.line
	b.mu.Unlock()
	line.Write(octets)
}

func (b *bench) change(changes ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.settings = with(b.settings, changes...)
}

func (b *bench) silence(mute bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.mute = mute
}

// pull takes the modem away.
func (b *bench) pull() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.settings = nil
	b.line.Close()
}

func (b *bench) wantEvent(kind radio.EventKind) radio.Event {
	b.t.Helper()
	select {
	case e := <-b.events:
		require.Equal(b.t, kind, e.Kind, "%+v", e)
		return e
	case <-time.After(time.Minute):
		b.t.Fatalf("no event %d", kind)
		panic("unreachable")
	}
}

func (b *bench) wantNoEvent() {
	b.t.Helper()
	synctest.Wait()
	select {
	case e := <-b.events:
		b.t.Fatalf("unexpected event: %+v", e)
	default:
	}
}

// wantTransmit returns the next request, which has to be a Transmit.
func (b *bench) wantTransmit() (f frame.Transmit) {
	b.t.Helper()
	require.NoError(b.t, f.Parse(b.wantRequest()))
	require.NotZero(b.t, f.ID, "a frame id of 0 is never answered")
	return f
}

func (b *bench) wantRequest() []byte {
	b.t.Helper()
	select {
	case data := <-b.requests:
		return data
	case <-time.After(time.Minute):
		b.t.Fatal("the link sends nothing")
		panic("unreachable")
	}
}

func (b *bench) wantNoRequest() {
	b.t.Helper()
	synctest.Wait()
	select {
	case data := <-b.requests:
		b.t.Fatalf("unexpected request % X", data)
	default:
	}
}

// land answers a transmission.
func (b *bench) land(id byte, d frame.Delivery) {
	b.say(&frame.TransmitStatus{ID: id, Dest16: 0x7D84, Delivery: d})
	synctest.Wait()
}

// write sends a datagram to each of the nodes.
func (b *bench) write(text string, nodes ...frame.Addr64) {
	b.t.Helper()
	for _, n := range nodes {
		_, err := b.WriteBatch([]radio.Packet{{Peer: Peer64(n), Data: []byte(text)}})
		require.NoError(b.t, err)
	}
	synctest.Wait()
}

func (b *bench) read() radio.Packet {
	b.t.Helper()
	ps := []radio.Packet{{Data: make([]byte, 300)}}
	_, err := b.ReadBatch(ps)
	require.NoError(b.t, err)
	return ps[0]
}
