package client_test

import (
	"io"
	"net"
	"sync"
	"time"
)

// A pipeEnd is one end of a link in memory. It is a client.Transport.
type pipeEnd struct {
	in     <-chan []byte
	out    chan<- []byte
	closed chan struct{}
	once   *sync.Once
}

// newPipe is a link of two ends, which are closed together. It holds as many datagrams as a test may write at once.
func newPipe() (a, b *pipeEnd) {
	ab, ba, closed, once := make(chan []byte, 256), make(chan []byte, 256), make(chan struct{}), new(sync.Once)
	return &pipeEnd{ba, ab, closed, once}, &pipeEnd{ab, ba, closed, once}
}

func (p *pipeEnd) Read(b []byte) (int, error) {
	select {
	case d := <-p.in:
		return copy(b, d), nil
	case <-p.closed:
		return 0, net.ErrClosed
	}
}

func (p *pipeEnd) Write(b []byte) (int, error) {
	select {
	case p.out <- append([]byte(nil), b...):
		return len(b), nil
	case <-p.closed:
		return 0, net.ErrClosed
	}
}

func (p *pipeEnd) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

// A runningGateway runs a fake gateway, of either version, at one end of a link. It ends with the link.
type runningGateway[G airGateway] struct {
	link  io.ReadWriter
	tasks chan func(G)
	done  chan struct{}
}

func runGateway[G airGateway](link io.ReadWriter, g G) *runningGateway[G] {
	r := &runningGateway[G]{link: link, tasks: make(chan func(G)), done: make(chan struct{})}
	heard := make(chan []byte)
	go func() {
		defer close(heard)
		for buf := make([]byte, 2048); ; {
			n, err := link.Read(buf)
			if err != nil {
				return
			}
			heard <- append([]byte(nil), buf[:n]...)
		}
	}()
	go func() {
		defer close(r.done)
		start, ticker := time.Now(), time.NewTicker(time.Second)
		defer ticker.Stop()
		for {
			select {
			case b, ok := <-heard:
				if !ok {
					return
				}
				g.receive(time.Since(start), b)
			case task := <-r.tasks:
				task(g)
				g.deliver(time.Since(start))
			case <-ticker.C:
				g.tick(time.Since(start))
			}
			for _, b := range g.said() {
				_, _ = link.Write(b) // a closed link ends the reader
			}
		}
	}()
	return r
}

// do lets the test look at the gateway, or meddle with it.
func (r *runningGateway[G]) do(task func(G)) {
	done := make(chan struct{})
	select {
	case r.tasks <- func(g G) { task(g); close(done) }:
		<-done
	case <-r.done:
		panic("the gateway has ended")
	}
}
