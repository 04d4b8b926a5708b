package programs

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
)

// Ports are taken from below those that the system gives to clients (32768 and up on Linux, 49152 elsewhere), so that
// no connection that happens to be opened between our look and the server's start can be in the way.
//
// Tests of several packages run at the same time, and servers end and begin again. So each process of tests has a block
// of ports to itself, which it marks by listening at the first one.
const firstPort, blockSize, blocks = 20000, 1000, 12

var (
	portLock sync.Mutex
	block    net.Listener // ours; kept open to the end
	taken    = map[int]bool{}
)

// FreeAddr returns an address of the loopback interface that nobody listens at, neither with TCP nor with UDP, and
// that it returns to no one else.
func FreeAddr(t testing.TB) string {
	t.Helper()
	portLock.Lock()
	defer portLock.Unlock()
	if block == nil {
		var err error
		if block, err = takeBlock(); err != nil {
			t.Fatal(err)
		}
	}
	first := block.Addr().(*net.TCPAddr).Port
	for range 10 * blockSize {
		port := first + 1 + rand.IntN(blockSize-1)
		addr := loopback(port)
		if !taken[port] && isFree(addr) {
			taken[port] = true
			return addr
		}
	}
	t.Fatal("no free port")
	return ""
}

func takeBlock() (net.Listener, error) {
	for _, i := range rand.Perm(blocks) {
		if l, err := net.Listen("tcp", loopback(firstPort+i*blockSize)); err == nil {
			return l, nil
		}
	}
	return nil, errors.New("no free block of ports: too many tests run at once")
}

func loopback(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }

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
