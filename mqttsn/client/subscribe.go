package client

import (
	"time"

	"mqttsn-gateway/mqttsn"
	v2 "mqttsn-gateway/mqttsn/v2"
)

// SubscribeOptions are those that version 2.0 has beside the QoS. The zero value is what version 1.2 does.
type SubscribeOptions struct {
	NoLocal           bool // not what this client publishes itself
	RetainAsPublished bool // messages keep their retain flag as they are passed on
	RetainHandling    v2.RetainHandling
}

// Subscribe asks for the messages of a topic or of a filter with wildcards (6.9). The result has the QoS that the
// gateway grants.
func (c *Core) Subscribe(now time.Duration, filter Topic, qos mqttsn.QoS, out *Out) Request {
	return c.SubscribeWith(now, filter, qos, SubscribeOptions{}, out)
}

// SubscribeWith is Subscribe with the options of version 2.0. In version 1.2 it fails with ErrUnsupported if any is set.
func (c *Core) SubscribeWith(now time.Duration, filter Topic, qos mqttsn.QoS, options SubscribeOptions, out *Out) Request {
	if !filter.validFilter() || qos < mqttsn.QoS0 || qos > mqttsn.QoS2 {
		return c.settle(ErrInvalid, out)
	}
	return c.ask(now, &request{kind: kindSubscribe, message: Message{Topic: filter, QoS: qos}, options: options}, out)
}

// Unsubscribe takes a subscription back.
func (c *Core) Unsubscribe(now time.Duration, filter Topic, out *Out) Request {
	if !filter.validFilter() {
		return c.settle(ErrInvalid, out)
	}
	return c.ask(now, &request{kind: kindUnsubscribe, message: Message{Topic: filter}}, out)
}
