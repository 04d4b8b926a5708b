package brokertest

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

// patience is how long a test waits for something that should come at once. A busy machine may take its time.
const patience = 20 * time.Second

// A conn is a client's connection: a socket, and octets. It checks what holds for everything that a server sends.
type conn struct {
	net.Conn
	r        *bufio.Reader
	version  int
	answered bool // CONNACK has come, and did not refuse
}

func dial(addr string, version int) (*conn, error) {
	nc, err := net.DialTimeout("tcp", addr, patience)
	if err != nil {
		return nil, err
	}
	return &conn{Conn: nc, r: bufio.NewReader(nc), version: version}, nil
}

func (c *conn) send(octets []byte) error {
	c.SetWriteDeadline(time.Now().Add(patience))
	_, err := c.Write(octets)
	return err
}

func (c *conn) sendPacket(p packet) error {
	octets, err := p.encode(c.version)
	if err != nil {
		return err
	}
	return c.send(octets)
}

// errClosed is how receive says that the broker has closed the connection.
var errClosed = errors.New("the connection is closed")

// receive waits for the next packet.
func (c *conn) receive() (packet, error) {
	c.SetReadDeadline(time.Now().Add(patience))
	header, err := c.r.ReadByte()
	if err != nil {
		return packet{}, closedOr(err)
	}
	length := reader{version: c.version}
	for length.b == nil || length.b[len(length.b)-1] >= 0x80 && len(length.b) < 4 {
		b, err := c.r.ReadByte()
		if err != nil {
			return packet{}, fmt.Errorf("in the midst of a packet: %w", err)
		}
		length.b = append(length.b, b)
	}
	body := make([]byte, length.varint())
	if length.err != nil {
		return packet{}, length.err
	}
	if _, err := io.ReadFull(c.r, body); err != nil {
		return packet{}, fmt.Errorf("in the midst of a packet: %w", err)
	}
	p, err := decode(header, body, c.version)
	if err != nil {
		return p, err
	}
	return p, c.inOrder(p)
}

// closedOr tells the end of a connection, in order or not, from silence.
func closedOr(err error) error {
	if timeout := net.Error(nil); errors.As(err, &timeout) && timeout.Timeout() {
		return errors.New("nothing comes")
	}
	return errClosed
}

// inOrder checks that CONNACK is the first packet, and comes once (MQTT-3.2.0-1, MQTT-3.2.0-2, MQTT-3.14.0-1).
func (c *conn) inOrder(p packet) error {
	if (p.kind == "CONNACK") == c.answered && p.kind != "AUTH" {
		return fmt.Errorf("%v, out of order", p)
	}
	if p.kind == "CONNACK" {
		c.answered = !p.has("reason")
	}
	return nil
}

// closes wants the broker to close the connection. If reason is not empty the broker must say why, with DISCONNECT, which
// older versions of the protocol do not have; it may always, and by a refusal where CONNACK is what the client waits for.
func (c *conn) closes(reason string) error {
	p, err := c.receive()
	said := err == nil && c.version == 5 && (p.kind == "DISCONNECT" || p.kind == "CONNACK" && !c.answered)
	if said {
		if reason != "" && !matchValue(reason, p.get("reason", "0")) {
			return fmt.Errorf("got %v, want reason %s", p, reason)
		}
		p, err = c.receive() // MQTT-3.14.4-1, MQTT-3.14.4-2, MQTT-3.2.2-7
	}
	switch {
	case err == nil:
		return fmt.Errorf("got %v, want the connection closed", p)
	case !errors.Is(err, errClosed):
		return err
	case reason != "" && !said && c.version == 5:
		return fmt.Errorf("closed without DISCONNECT, want reason %s", reason)
	}
	return nil
}

// quiet checks that nothing has come: the next packet answers a PINGREQ.
func (c *conn) quiet() error {
	if err := c.sendPacket(packet{kind: "PINGREQ"}); err != nil {
		return err
	}
	p, err := c.receive()
	if err == nil && p.kind != "PINGRESP" {
		err = fmt.Errorf("got %v, want nothing", p)
	}
	return err
}
