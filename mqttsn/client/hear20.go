package client

import (
	"errors"
	"fmt"
	"time"

	v2 "mqttsn-gateway/mqttsn/v2"
)

// hear takes a datagram of the gateway. A protected client hears nothing else than what is protected.
func (c *v20) hear(now time.Duration, datagram []byte, out *Out) {
	if len(datagram) > c.cfg.MTU && c.listening() { // we have said how long packets may be (3.1.7-2)
		c.hangUp(now, v2.PacketTooLarge, 0, ErrTooLarge, out)
		return
	}
	if c.options.Receiver != nil {
		inner, err := c.options.Receiver.Open(nil, datagram)
		if err != nil {
			return
		}
		datagram = inner
	}
	packet, err := v2.Parse(datagram)
	if err == nil && !packet.Type().SentBy(v2.Server) {
		err = &v2.Error{Type: packet.Type(), Reason: v2.ProtocolError, Err: errNotAServers}
	}
	if err != nil {
		c.refuse(now, err, out)
		return
	}
	switch p := packet.(type) {
	case *v2.Pubwos:
		c.onPubwos(p, out)
		return
	case *v2.Wakeup:
		out.Wakeup = out.Wakeup || c.asleep()
		return
	case *v2.Disconnect:
		c.onDisconnect(p, out)
		return
	}
	if c.state == Disconnected || c.asleep() {
		return
	}
	c.heardNow(now)
	c.take(now, packet, out)
}

// asleep tells whether the client is asleep and does nothing about it.
func (c *v20) asleep() bool { return c.state == Asleep && c.current == nil }

var errNotAServers = errors.New("only clients send such a packet")

// refuse ends the connection because of a packet that is wrong (4.12.1-1), unless there is none, or the packet is of a
// kind that belongs to none.
func (c *v20) refuse(now time.Duration, err error, out *Out) {
	var wrong *v2.Error
	switch {
	case !errors.As(err, &wrong):
		return
	case c.connecting() && (wrong.Type == v2.TypeConnack || wrong.Type == v2.TypeAuth):
	case c.connecting() || c.state == Disconnected || c.asleep():
		return
	case wrong.Type.Connectionless() && wrong.Type != v2.TypeConnect:
		return
	}
	c.hangUp(now, wrong.Reason, wrong.PacketID, fmt.Errorf("%w: %w", ErrDisconnected, err), out)
}

// take is for packets of a connection.
func (c *v20) take(now time.Duration, packet v2.Packet, out *Out) {
	switch p := packet.(type) {
	// What a gateway begins.
	case *v2.Register:
		c.onRegister(now, p, out)
	case *v2.Publish:
		c.onPublish(now, p, out)
	case *v2.Pubrel:
		c.onPubrel(now, p, out)

	// What answers us.
	case *v2.Connack:
		c.onConnack(now, p, out)
	case *v2.Auth:
		c.onAuth(now, p, out)
	case *v2.Regack:
		c.onRegack(now, p, out)
	case *v2.Puback:
		c.onPuback(now, p, out)
	case *v2.Pubrec:
		c.onPubrec(now, p, out)
	case *v2.Pubcomp:
		c.onPubcomp(p, out)
	case *v2.Suback:
		c.onSuback(p, out)
	case *v2.Unsuback:
		c.onUnsuback(p, out)
	case *v2.Pingresp:
		c.onPingresp(p, out)
	case *v2.Sleepresp:
		c.onSleepresp(p, out)
	}
}

// answers tells whether a packet is the answer to the current request, which was made in this step.
func (c *v20) answers(s step, packetID uint16) bool {
	return c.step == s && c.current.msgID == packetID
}

// refusal is the error that a reason code stands for, nil for a success.
func refusal(t v2.Type, reason v2.ReasonCode) error {
	if reason.Failed() {
		return &ReasonError{Type: t, Reason: reason}
	}
	return nil
}
