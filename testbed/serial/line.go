package serial

import (
	"fmt"
	"net"
	"sync"

	"mqttsn-gateway/radio/serial"
	"mqttsn-gateway/testbed/tty"
)

// Config says what a line is like.
type Config struct {
	// Path is where the gateway's port appears: a symbolic link, as udev makes them. Empty makes no link: see Line.Path.
	Path string

	// Framing and MTU are what both ends have agreed on; an MTU of 0 is the default of radio/serial.
	Framing serial.Framing
	MTU     int

	// Noise is the probability, 0 to 1, that an octet is changed or lost on its way, and Seed makes that repeatable.
	Noise float64
	Seed  uint64
}

// A Line leads from the gateway's serial port to a board. Its methods may be called from any goroutine.
type Line struct {
	cfg   Config
	noise *noise

	mu      sync.Mutex
	port    *tty.Port
	conn    *serial.Conn  // the board's end of the line
	changed chan struct{} // closed when port and conn have changed
	closed  bool
}

// Open makes a line that is plugged in.
func Open(c Config) (*Line, error) {
	l := &Line{cfg: c, noise: newNoise(c), changed: make(chan struct{})}
	if err := l.Plug(); err != nil {
		return nil, err
	}
	return l, nil
}

// Path is what the gateway opens; empty while the line is unplugged.
func (l *Line) Path() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.port == nil {
		return ""
	}
	return l.port.Path()
}

// Plug plugs the line in at the gateway: its port appears.
func (l *Line) Plug() error {
	port, err := tty.Open(l.cfg.Path)
	if err != nil {
		return fmt.Errorf("plug in a serial line: %w", err)
	}
	l.replace(port, serial.NewConn(l.noise.on(port), l.cfg.Framing, l.cfg.MTU))
	return nil
}

// Unplug pulls the line out at the gateway: its port disappears. What the board sends meanwhile is lost.
func (l *Line) Unplug() { l.replace(nil, nil) }

// Close ends the line and all boards.
func (l *Line) Close() {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	l.Unplug()
}

func (l *Line) replace(port *tty.Port, conn *serial.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.port != nil {
		l.port.Close()
	}
	l.port, l.conn = port, conn
	close(l.changed)
	l.changed = make(chan struct{})
}

// end is the board's end of the line, nil while it is unplugged, and what tells of a change.
func (l *Line) end() (*serial.Conn, <-chan struct{}, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, nil, net.ErrClosed
	}
	return l.conn, l.changed, nil
}
