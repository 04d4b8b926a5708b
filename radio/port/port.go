package port

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"

	"go.bug.st/serial"
)

// ErrInUse says that another program has the port open.
var ErrInUse = errors.New("port: in use by another program")

// Config says which port to open and how. Lines are 8 data bits, no parity, 1 stop bit.
type Config struct {
	// Name is what Resolve understands.
	Name string

	// Baud is the speed in bit/s; 0 means DefaultBaud.
	Baud int

	// FlowControl is hardware flow control, RTS and CTS. The other side must be wired and set for it: a CTS that nobody
	// drives stops all writing.
	FlowControl bool

	// TwoStopBits is for old modules that miss their speed by some percent.
	TwoStopBits bool
}

// DefaultBaud is the speed of a port whose configuration names none, in bit/s.
const DefaultBaud = 115200

func (c Config) baud() int {
	if c.Baud == 0 {
		return DefaultBaud
	}
	return c.Baud
}

func (c Config) mode() *serial.Mode {
	m := &serial.Mode{BaudRate: c.baud(), DataBits: 8}
	if c.TwoStopBits {
		m.StopBits = serial.TwoStopBits
	}
	return m
}

// A Port is an open serial port. One goroutine may read while another writes; Close ends both.
//
// It has two descriptors of the terminal. Package serial sets the line up through one of them. Octets go through the
// other, which belongs to Go's poller: serial's own Read panics when the process has more than 1024 files open, and its
// Write cannot be ended by Close when the other side holds us up by flow control.
type Port struct {
	file    *os.File
	control serial.Port
	config  Config
}

var _ io.ReadWriteCloser = (*Port)(nil)

// Open opens a port once, for this program alone, and discards what had been received before. The context is only asked
// whether to begin. Errors wrap ErrInUse or the system's (fs.ErrNotExist, fs.ErrPermission).
func Open(ctx context.Context, c Config) (*Port, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if c.baud() < 50 || c.baud() > 4_000_000 {
		return nil, fmt.Errorf("port: %d bit/s is not in 50..4000000", c.Baud)
	}
	path, err := Resolve(c.Name)
	if err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_RDWR|syscall.O_NOCTTY|syscall.O_NONBLOCK, 0)
	if errors.Is(err, syscall.EBUSY) {
		return nil, fmt.Errorf("open %s: %w", path, ErrInUse)
	}
	if err != nil {
		return nil, err
	}
	p, err := setUp(file, c)
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	return p, nil
}

// setUp locks the terminal before it changes anything: it may be another gateway's.
func setUp(file *os.File, c Config) (*Port, error) {
	if err := lock(file); err != nil {
		return nil, err
	}
	control, err := serial.Open(file.Name(), c.mode())
	if err != nil {
		return nil, err
	}
	p := &Port{file: file, control: control, config: c}
	if c.FlowControl {
		if err := setFlowControl(file); err != nil {
			control.Close()
			return nil, err
		}
	}
	if err := control.ResetInputBuffer(); err != nil {
		control.Close()
		return nil, err
	}
	return p, nil
}

// Path is the device that was opened.
func (p *Port) Path() string { return p.file.Name() }

// Read waits for at least one octet. A port that was pulled gives io.EOF or an error of the system, a port closed by us
// os.ErrClosed.
func (p *Port) Read(b []byte) (int, error) { return p.file.Read(b) }

// Write returns when the system has taken all of b, which may be before it has left.
func (p *Port) Write(b []byte) (int, error) { return p.file.Write(b) }

// SetReadDeadline and SetWriteDeadline are as in net.Conn.
func (p *Port) SetReadDeadline(t time.Time) error  { return p.file.SetReadDeadline(t) }
func (p *Port) SetWriteDeadline(t time.Time) error { return p.file.SetWriteDeadline(t) }

// SetBaud changes the speed, in bit/s.
func (p *Port) SetBaud(baud int) error {
	c := p.config
	c.Baud = baud
	if err := p.control.SetMode(c.mode()); err != nil {
		return fmt.Errorf("%s: %d bit/s: %w", p.Path(), baud, err)
	}
	p.config = c
	return nil
}

// SetDTR and SetRTS drive the line's control wires. A terminal without such wires, a pseudo-terminal, ignores them.
func (p *Port) SetDTR(on bool) error { return ignoreNoWires(p.control.SetDTR(on)) }
func (p *Port) SetRTS(on bool) error { return ignoreNoWires(p.control.SetRTS(on)) }

func ignoreNoWires(err error) error {
	if errors.Is(err, syscall.ENOTTY) || errors.Is(err, syscall.EINVAL) {
		return nil
	}
	return err
}

// Discard forgets what was received and not yet read.
func (p *Port) Discard() error { return p.control.ResetInputBuffer() }

// Close ends reads and writes. It may be called more than once.
func (p *Port) Close() error {
	err := p.file.Close()
	if errors.Is(err, os.ErrClosed) {
		return nil
	}
	return errors.Join(err, p.control.Close())
}
