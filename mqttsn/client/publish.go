package client

import (
	"time"

	"mqttsn-gateway/mqttsn"
)

// Publish sends a message (6.6). A topic that goes by its name is registered before, if need be. The request is done
// when a message of QoS 0 or -1 has been sent, when one of QoS 1 has been acknowledged, and when the exchange of QoS 2
// has been completed.
//
// QoS -1 needs no connection, and neither registration nor a turn in the queue; only predefined and short topics can
// have it (6.8). The payload must not be changed before the request is done.
func (c *Core) Publish(now time.Duration, m Message, out *Out) Request {
	switch {
	case !m.Topic.validTopic() || m.QoS < mqttsn.QoSMinus1 || m.QoS > mqttsn.QoS2:
		return c.settle(ErrInvalid, out)
	case m.QoS == mqttsn.QoSMinus1:
		return c.publishUnconnected(m, out)
	}
	return c.ask(now, &request{kind: kindPublish, message: m}, out)
}

func (c *Core) publishUnconnected(m Message, out *Out) Request {
	buf, err := c.version.stray(out.buf, m)
	if err == nil && len(buf)-len(out.buf) > c.cfg.MTU {
		err = mqttsn.ErrTooLong
	}
	if err == nil {
		out.add(buf)
	}
	return c.settle(err, out)
}
