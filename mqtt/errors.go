package mqtt

import (
	"errors"
	"fmt"
)

// ErrPacketTooLarge is what [Conn.Send] returns for a packet above the peer's maximum packet size, or above what MQTT
// can carry. Nothing was sent, and the connection goes on.
var ErrPacketTooLarge = errors.New("mqtt: packet is larger than the peer accepts")

// A ProtocolError says that the peer broke the protocol. The connection cannot go on: [Conn.CloseWith] tells the peer.
type ProtocolError struct {
	Reason Reason // what CONNACK or DISCONNECT should say, 0x80 and above
	Msg    string // for a person
}

func (e *ProtocolError) Error() string { return fmt.Sprintf("mqtt: %s: %s", e.Reason, e.Msg) }
