package programs

import (
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
)

// Ports are taken from below those that the system gives to clients (32768 and up on Linux, 49152 elsewhere), so that
// no connection that happens to be opened between our look and the server's start can be in the way.
const firstPort, lastPort = 20000, 32000

var (
	portLock sync.Mutex
	taken    = map[int]bool{}
)

// FreeAddr returns an address of the loopback interface that nobody listens at, neither with TCP nor with UDP, and
// that it returns to no one else.
func FreeAddr(t testing.TB) string {
	t.Helper()
	portLock.Lock()
	defer portLock.Unlock()
	for range 1000 {
		port := firstPort + rand.IntN(lastPort-firstPort)
		addr := fmt.Sprintf("127.0.0.1:%d", port)
		if !taken[port] && isFree(addr) {
			taken[port] = true
			return addr
		}
	}
	t.Fatal("no free port")
	return ""
}

func isFree(addr string) bool {
	stream, err := net.Listen("tcp", addr)
	if err != nil {
		return false
	}
	defer stream.Close()
	packets, err := net.ListenPacket("udp", addr)
	if err != nil {
		return false
	}
	packets.Close()
	return true
}

// PortOf returns the port of an address, for programs that want it on its own.
func PortOf(t testing.TB, addr string) string {
	t.Helper()
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	return port
}
