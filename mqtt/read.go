package mqtt

import (
	"errors"
	"net"
	"time"
)

// ReadPacket waits for the next packet. It is for one goroutine at a time.
//
// After a [*ProtocolError] the connection still stands, so that [Conn.CloseWith] can tell the peer; after any other error
// it is closed. If it was closed from our side, the error is the cause of that: net.ErrClosed, or what writing failed
// with. A peer that ends the connection between packets gives io.EOF. Once it has failed, ReadPacket goes on failing.
func (c *Conn) ReadPacket() (Packet, error) {
	for c.readErr == nil {
		p, err := c.read()
		if err != nil {
			c.readErr = c.readFailed(err)
		} else if !c.isClosing() { // otherwise nobody is interested in it any more
			return p, nil
		}
	}
	return nil, c.readErr
}

// ReadBuffered reports whether ReadPacket would return without waiting for the network. It is for the goroutine that
// reads, which can so hand over packets in batches.
func (c *Conn) ReadBuffered() bool { return c.readErr != nil || c.frames.buffered() }

func (c *Conn) read() (Packet, error) {
	header, body, err := c.frames.next()
	if err != nil {
		return nil, err
	}
	p, err := c.dec.packet(header, body)
	if Type(header>>4) == CONNECT {
		c.setVersion(c.dec.v) // even if it is refused, so that the refusal can be said
	}
	if err != nil {
		return nil, err
	}
	return p, c.received(p)
}

// What each side may receive once the connection is open (2.1.2).
var (
	serverReceives = packets(PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP, SUBSCRIBE, UNSUBSCRIBE, PINGREQ, DISCONNECT, AUTH)
	clientReceives = packets(PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK, UNSUBACK, PINGRESP, DISCONNECT, AUTH)
)

// expect judges whether a packet that begins so may come now and from this side.
func (c *Conn) expect(first byte) error {
	t := Type(first >> 4)
	var allowed packetSet
	switch {
	case c.server && !c.opened:
		allowed = packets(CONNECT) // MQTT-3.1.0-1
	case c.server:
		allowed = serverReceives // without CONNECT: MQTT-3.1.0-2
	case !c.opened:
		c.dec.v = c.Version()
		allowed = packets(CONNACK, AUTH)
	default:
		allowed = clientReceives
	}
	if c.opened && !c.server && c.dec.v < V5 {
		allowed &^= packets(DISCONNECT)
	}
	if !allowed.has(t) {
		return &ProtocolError{ProtocolViolation, "unexpected " + t.String()}
	}
	return nil
}

// received takes from a packet what concerns the connection.
func (c *Conn) received(p Packet) error {
	switch p := p.(type) {
	case *Connect:
		c.auth = p.AuthMethod != ""
		c.open(peerLimits{p.MaximumPacketSize, p.NoProblemInfo, aliasesOut{maximum: p.TopicAliasMaximum}})
	case *Connack:
		c.open(peerLimits{p.MaximumPacketSize, false, aliasesOut{maximum: p.TopicAliasMaximum}})
	case *Publish:
		return c.resolveAlias(p)
	case *Auth:
		if c.server && !c.auth {
			return &ProtocolError{ProtocolViolation, "AUTH without authentication method in CONNECT"} // MQTT-4.12.0-6
		}
	}
	return nil
}

// open ends the time limit for the first packet.
func (c *Conn) open(peer peerLimits) {
	peer.aliases.maximum = min(peer.aliases.maximum, c.cfg.TopicAliasMaximum)
	c.mu.Lock()
	c.peer = peer
	c.mu.Unlock()
	c.opened = true
	c.frames.maxSize = int(c.cfg.MaxPacketSize)
	c.setReadDeadline(time.Time{})
}

// waitForPacket limits the time for a packet of which a part is here. The first packet has its own limit.
func (c *Conn) waitForPacket(missing int) {
	switch {
	case !c.opened:
	case missing > 0:
		c.setReadDeadline(time.Now().Add(c.cfg.patience(missing)))
	default:
		c.setReadDeadline(time.Time{})
	}
}

// setReadDeadline leaves alone the deadline of a connection that is closing.
func (c *Conn) setReadDeadline(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closing {
		c.nc.SetReadDeadline(t) // if it fails, so does the next read
	}
}

func (c *Conn) setVersion(v Version) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.version = v
}

// readFailed decides what a failure means for the connection, and what ReadPacket returns.
func (c *Conn) readFailed(err error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cause != nil {
		return c.cause
	}
	if c.closing {
		return net.ErrClosed // and what is left to write may still go
	}
	if broken := (*ProtocolError)(nil); !errors.As(err, &broken) {
		c.fail(err)
	}
	return err
}
