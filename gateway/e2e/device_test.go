package e2e

import (
	"net"
	"testing"
	"time"

	"mqttsn-gateway/gateway/e2e/programs"
)

// A device is a UDP socket that sends and gets datagrams octet by octet. It knows nothing of MQTT-SN: its tests do.
type device struct {
	t    testing.TB
	conn *net.UDPConn
	vars map[string][]byte // what <name> in a pattern stands for
}

// newDevice returns a device with a port of its own, bound to talk to the gateway at addr.
func newDevice(t testing.TB, addr string) *device {
	t.Helper()
	to, err := net.ResolveUDPAddr("udp", addr)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.DialUDP("udp", nil, to)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &device{t: t, conn: conn, vars: map[string][]byte{}}
}

// send sends the datagram that a pattern describes.
func (d *device) send(pattern string) {
	d.t.Helper()
	if _, err := d.conn.Write(d.encode(pattern)); err != nil {
		d.t.Fatalf("send %s: %v", pattern, err)
	}
}

// want waits for the next datagram, which must be as the pattern says. Why tells what the test is about.
func (d *device) want(why, pattern string) {
	d.t.Helper()
	got, err := d.receive(programs.Patience)
	if err != nil {
		d.t.Fatalf("%s: want %s: %v", why, pattern, err)
	}
	if err := d.match(pattern, got); err != nil {
		d.t.Fatalf("%s: got  % X\nwant %s: %v", why, got, pattern, err)
	}
}

// wantSilence fails if a datagram arrives within a time. Use it only where no question can be asked whose answer would
// come after what must not come: waiting proves little and costs time.
func (d *device) wantSilence(why string, within time.Duration) {
	d.t.Helper()
	if got, err := d.receive(within); err == nil {
		d.t.Fatalf("%s: got % X", why, got)
	}
}

// receive returns the next datagram, or an error when none comes in time. It may be called off the test's goroutine.
func (d *device) receive(timeout time.Duration) ([]byte, error) {
	d.conn.SetReadDeadline(time.Now().Add(timeout))
	b := make([]byte, 65535)
	n, err := d.conn.Read(b)
	return b[:n], err
}
