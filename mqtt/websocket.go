package mqtt

import (
	"errors"
	"io"
	"time"

	"github.com/gorilla/websocket"
)

// subprotocols are the names of MQTT in the WebSocket handshake: of 3.1.1 and 5 (MQTT-6.0.0-3), and of 3.1.
var subprotocols = []string{"mqtt", "mqttv3.1"}

// wsConn carries the octets of MQTT in the binary messages of a WebSocket. Packets and messages need not coincide
// (MQTT-6.0.0-2).
type wsConn struct {
	*websocket.Conn
	message io.Reader // what is left of the message being read; nil: nothing
	writeBy time.Time
}

func (c *wsConn) Read(b []byte) (int, error) {
	for {
		if err := c.nextMessage(); err != nil {
			return 0, err
		}
		n, err := c.message.Read(b)
		if err == io.EOF {
			c.message, err = nil, nil
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

func (c *wsConn) nextMessage() error {
	if c.message != nil {
		return nil
	}
	kind, message, err := c.NextReader()
	if closed := (*websocket.CloseError)(nil); errors.As(err, &closed) {
		return io.EOF
	}
	if err == nil && kind != websocket.BinaryMessage {
		return &ProtocolError{ProtocolViolation, "WebSocket message is not binary"} // MQTT-6.0.0-1
	}
	c.message = message
	return err
}

func (c *wsConn) Write(b []byte) (int, error) {
	if err := c.WriteMessage(websocket.BinaryMessage, b); err != nil {
		return 0, err
	}
	return len(b), nil
}

func (c *wsConn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

func (c *wsConn) SetWriteDeadline(t time.Time) error {
	c.writeBy = t
	return c.Conn.SetWriteDeadline(t)
}

// CloseWrite sends the WebSocket's close frame.
func (c *wsConn) CloseWrite() error {
	normal := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	return c.WriteControl(websocket.CloseMessage, normal, c.writeBy)
}
