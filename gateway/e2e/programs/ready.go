package programs

import (
	"net"
	"time"
)

// Pace is the time between two attempts to reach a process that starts.
const Pace = 20 * time.Millisecond

// WaitTCP waits until the process accepts connections at addr.
func (p *Process) WaitTCP(addr string) {
	p.T.Helper()
	tick := time.NewTicker(Pace)
	defer tick.Stop()
	late := time.After(Patience)
	for {
		if conn, err := net.DialTimeout("tcp", addr, Patience); err == nil {
			conn.Close()
			return
		}
		select {
		case <-tick.C:
		case <-p.Exited:
			p.T.Fatalf("%s ended instead of listening at %s", p.name, addr)
		case <-late:
			p.T.Fatalf("%s does not listen at %s", p.name, addr)
		}
	}
}

// WaitUDP waits until the process answers MQTT-SN at addr: a DISCONNECT from a stranger is answered by DISCONNECT
// (reference, 6.11), and so this asks for nothing and leaves nothing behind.
func (p *Process) WaitUDP(addr string) {
	p.T.Helper()
	to, err := net.ResolveUDPAddr("udp", addr)
	if err != nil {
		p.T.Fatal(err)
	}
	// Not connected: a connected socket would report that nobody listens yet.
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		p.T.Fatal(err)
	}
	defer conn.Close()
	for deadline := time.Now().Add(Patience); time.Now().Before(deadline); {
		conn.WriteToUDP([]byte{0x02, 0x18}, to)
		conn.SetReadDeadline(time.Now().Add(Pace))
		if n, _, err := conn.ReadFromUDP(make([]byte, 16)); err == nil && n > 0 {
			return
		}
		if !p.Running() {
			p.T.Fatalf("%s ended instead of listening at %s", p.name, addr)
		}
	}
	p.T.Fatalf("%s does not answer at %s", p.name, addr)
}
