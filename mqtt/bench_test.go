package mqtt

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	packets5 "github.com/eclipse/paho.golang/packets"
	packets3 "github.com/eclipse/paho.mqtt.golang/packets"
	"github.com/stretchr/testify/require"
)

// Packets of the hot path cost what they keep, and nothing else.
func TestAllocs(t *testing.T) {
	for _, tt := range []struct {
		name         string
		v            Version
		p            Packet
		read, append float64
	}{
		{"publish 3.1.1", V311, &Publish{Topic: "plant/th7/set", Payload: []byte("21.5")}, 2, 0},
		{"publish 5, qos 1", V5, &Publish{Topic: "plant/th7/set", Payload: []byte("21.5"), QoS: 1, PacketID: 7}, 2, 0},
		{"publish 5, user property", V5, &Publish{Topic: "plant/th7/set", Payload: []byte("21.5"),
			Props: &PublishProps{User: []UserProperty{{"rssi", "-70"}}}}, 6, 0},
		{"puback 3.1.1", V311, &Ack{Kind: PUBACK, PacketID: 1}, 1, 0},
		{"puback 5", V5, &Ack{Kind: PUBACK, PacketID: 1, Reason: NoMatchingSubscribers}, 1, 0},
		{"pingreq", V311, &Pingreq{}, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := &encoder{v: tt.v}
			require.Equal(t, tt.append, testing.AllocsPerRun(100, func() {
				e.b = e.b[:0]
				e.packet(tt.p)
			}), "append")
			octets := bytes.Repeat(e.b, 1000)
			d := &decoder{v: tt.v}
			f := &frames{src: bytes.NewReader(octets), maxSize: 1000, check: func(byte) error { return nil }, wait: func(int) {}}
			read := func() {
				header, body, err := f.next()
				if err == nil {
					_, err = d.packet(header, body)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			for range 500 { // until the buffer has grown
				read()
			}
			require.Equal(t, tt.read, testing.AllocsPerRun(400, read), "read")
		})
	}
}

// benchmarked are the packets for comparison with the libraries.
var benchmarked = []struct {
	name string
	v    Version
	hex  string
}{
	{"publish3", V311, "30 15 000d 706c616e742f7468372f736574 32312e352043"},
	{"publish5", V5, "32 1a 000d 706c616e742f7468372f736574 0007 02 01 01 32312e352043"},
	{"puback5", V5, "40 03 0001 10"},
	{"subscribe5", V5, "82 13 0001 00 000d 706c616e742f7468372f736574 01"},
	{"connect5", V5, "10 1b 0004 4d515454 05 02 003c 08 11 00000e10 21 0014 0006 736e2d746837"},
}

func BenchmarkDecode(b *testing.B) {
	for _, tt := range benchmarked {
		octets := unhex(tt.hex)
		b.Run(tt.name+"/ours", func(b *testing.B) {
			b.ReportAllocs()
			d := &decoder{v: tt.v}
			for b.Loop() {
				_, head := varint(octets[1:])
				if _, err := d.packet(octets[0], octets[1+head:]); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(tt.name+"/paho", func(b *testing.B) {
			b.ReportAllocs()
			r := bytes.NewReader(octets)
			for b.Loop() {
				r.Reset(octets)
				var err error
				if tt.v == V5 {
					_, err = packets5.ReadPacket(r)
				} else {
					_, err = packets3.ReadPacket(r)
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkEncode(b *testing.B) {
	for _, tt := range benchmarked {
		octets := unhex(tt.hex)
		b.Run(tt.name+"/ours", func(b *testing.B) {
			b.ReportAllocs()
			p, err := decode(tt.v, client, octets)
			require.NoError(b, err)
			e := &encoder{v: tt.v}
			for b.Loop() {
				e.b = e.b[:0]
				if err := e.packet(p); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(tt.name+"/paho", func(b *testing.B) {
			b.ReportAllocs()
			var out bytes.Buffer
			var write func() error
			if tt.v == V5 {
				p, err := packets5.ReadPacket(bytes.NewReader(octets))
				require.NoError(b, err)
				write = func() error { _, err := p.WriteTo(&out); return err }
			} else {
				p, err := packets3.ReadPacket(bytes.NewReader(octets))
				require.NoError(b, err)
				write = func() error { return p.Write(&out) }
			}
			for b.Loop() {
				out.Reset()
				if err := write(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkLoopback moves QoS 0 messages over TCP, flushed in batches as a busy gateway does.
func BenchmarkLoopback(b *testing.B) {
	for _, batch := range []int{1, 16} {
		for _, v := range []Version{V311, V5} {
			b.Run(fmt.Sprintf("%s/batch%d", v, batch), func(b *testing.B) { benchmarkLoopback(b, v, batch) })
		}
	}
}

func benchmarkLoopback(b *testing.B, v Version, batch int) {
	near, far := tcpPair(b)
	require.NoError(b, far.SetDeadline(time.Time{}))
	cl, srv := NewClientConn(near, Config{}), NewServerConn(far, Config{})
	defer cl.Close()
	const window = 256 << 10 // octets outstanding at most
	room := make(chan struct{}, 1)
	cl.OnDrained(window, func() { room <- struct{}{} })

	last := make(chan int)
	go func() {
		defer srv.Close()
		for n := -1; ; n++ {
			if _, err := srv.ReadPacket(); err != nil {
				last <- n
				return
			}
		}
	}()
	require.NoError(b, cl.Send(&Connect{Version: v, CleanStart: true}))
	p := &Publish{Topic: "plant/th7/set", Payload: make([]byte, 64)}
	b.ReportAllocs()
	sent := 0
	for b.Loop() {
		if err := cl.Send(p); err != nil {
			b.Fatal(err)
		}
		if sent++; sent%batch == 0 {
			cl.Flush()
		}
		if cl.Buffered() > window {
			cl.Flush()
			<-room
		}
	}
	cl.Send(&Disconnect{})
	cl.CloseAfterFlush()
	got := <-last
	require.Equal(b, sent+1, got, "messages and DISCONNECT")
}
