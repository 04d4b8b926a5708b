package e2e

import (
	"net"
	"time"
)

// pace is the time between two attempts to reach a process that starts.
const pace = 20 * time.Millisecond

// waitTCP waits until the process accepts connections at addr.
func (p *process) waitTCP(addr string) {
	p.t.Helper()
	tick := time.NewTicker(pace)
	defer tick.Stop()
	late := time.After(patience)
	for {
		if conn, err := net.DialTimeout("tcp", addr, patience); err == nil {
			conn.Close()
			return
		}
		select {
		case <-tick.C:
		case <-p.exited:
			p.t.Fatalf("%s ended instead of listening at %s", p.name, addr)
		case <-late:
			p.t.Fatalf("%s does not listen at %s", p.name, addr)
		}
	}
}

// waitUDP waits until the process answers MQTT-SN at addr: a DISCONNECT from a stranger is answered by DISCONNECT
// (reference, 6.11), and so this asks for nothing and leaves nothing behind.
func (p *process) waitUDP(addr string) {
	p.t.Helper()
	to, err := net.ResolveUDPAddr("udp", addr)
	if err != nil {
		p.t.Fatal(err)
	}
	// Not connected: a connected socket would report that nobody listens yet.
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		p.t.Fatal(err)
	}
	defer conn.Close()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		conn.WriteToUDP([]byte{0x02, 0x18}, to)
		conn.SetReadDeadline(time.Now().Add(pace))
		if n, _, err := conn.ReadFromUDP(make([]byte, 16)); err == nil && n > 0 {
			return
		}
		if !p.running() {
			p.t.Fatalf("%s ended instead of listening at %s", p.name, addr)
		}
	}
	p.t.Fatalf("%s does not answer at %s", p.name, addr)
}
