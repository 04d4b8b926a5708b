package engine

import (
	"mqttsn-gateway/gateway/topic"
	"mqttsn-gateway/mqtt"
)

// subscribe serves SUBSCRIBE (MQTT 5, 3.8). Retained messages follow SUBACK.
func (c *Client) subscribe(p *mqtt.Subscribe) {
	ack := &mqtt.Suback{PacketID: p.PacketID}
	var replay []*subscription
	for _, want := range p.Subscriptions {
		share, inner := splitShare(want.Filter)
		if share != "" && want.NoLocal {
			c.conn.fail(mqtt.ProtocolViolation, "No Local on a shared subscription")
			return
		}
		old, existed := c.subs[want.Filter]
		switch {
		case topic.ValidFilter(want.Filter) != nil:
			ack.Reasons = append(ack.Reasons, mqtt.TopicFilterInvalid)
			continue
		case !existed && len(c.subs) >= c.e.cfg.Client.Subscriptions:
			ack.Reasons = append(ack.Reasons, mqtt.QuotaExceeded)
			continue
		}
		if existed {
			c.e.detach(old)
		}
		s := &subscription{
			owner: c, share: share, filter: inner, qos: want.QoS, noLocal: want.NoLocal,
			retainAsPublished: want.RetainAsPublished, id: p.SubscriptionID, record: c.e.rec.newID(),
		}
		if existed {
			s.record = old.record
		}
		c.saveSub(s)
		c.subs[want.Filter] = s
		c.e.attach(s)
		ack.Reasons = append(ack.Reasons, mqtt.Reason(s.qos))
		send := want.RetainHandling == mqtt.SendRetained || want.RetainHandling == mqtt.SendRetainedIfNew && !existed
		if share == "" && send {
			replay = append(replay, s)
		}
	}
	c.acknowledge(c.subscriptionGate(), ack)
	for _, s := range replay {
		c.e.router.retained.replay(s)
	}
}

// subscriptionGate is what SUBACK and UNSUBACK wait for.
func (c *Client) subscriptionGate() uint64 {
	if !c.kept() {
		return 0
	}
	return c.e.rec.gate()
}

// unsubscribe serves UNSUBSCRIBE (MQTT 5, 3.10).
func (c *Client) unsubscribe(p *mqtt.Unsubscribe) {
	ack := &mqtt.Unsuback{PacketID: p.PacketID}
	for _, filter := range p.Filters {
		s, ok := c.subs[filter]
		reason := mqtt.NoSubscriptionExisted
		if ok {
			c.e.detach(s)
			delete(c.subs, filter)
			if c.kept() {
				c.e.rec.erase(recordSub, c.record, s.record)
			}
			reason = mqtt.Success
		}
		ack.Reasons = append(ack.Reasons, reason)
	}
	c.acknowledge(c.subscriptionGate(), ack)
}
