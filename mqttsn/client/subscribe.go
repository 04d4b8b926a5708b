package client

import (
	"time"

	"mqttsn-gateway/mqttsn"
)

// Subscribe asks for the messages of a topic or of a filter with wildcards (6.9). The result has the QoS that the
// gateway grants.
func (c *Core) Subscribe(now time.Duration, filter Topic, qos mqttsn.QoS, out *Out) Request {
	if !filter.validFilter() || qos < mqttsn.QoS0 || qos > mqttsn.QoS2 {
		return c.settle(ErrInvalid, out)
	}
	return c.ask(now, &request{kind: kindSubscribe, message: Message{Topic: filter, QoS: qos}}, out)
}

// Unsubscribe takes a subscription back.
func (c *Core) Unsubscribe(now time.Duration, filter Topic, out *Out) Request {
	if !filter.validFilter() {
		return c.settle(ErrInvalid, out)
	}
	return c.ask(now, &request{kind: kindUnsubscribe, message: Message{Topic: filter}}, out)
}
