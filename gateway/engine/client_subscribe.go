package engine

import (
	"errors"

	"mqttsn-gateway/gateway/topic"
	"mqttsn-gateway/mqtt"
)

// subscribe serves SUBSCRIBE (MQTT 5, 3.8). Retained messages follow SUBACK.
func (c *Client) subscribe(p *mqtt.Subscribe) {
	for _, want := range p.Subscriptions {
		if err := topic.ValidFilter(want.Filter); malformed(err) {
			c.conn.fail(mqtt.MalformedPacket, err.Error())
			return
		}
	}
	ack := &mqtt.Suback{PacketID: p.PacketID}
	var replay []*subscription
	for _, want := range p.Subscriptions {
		old, existed := c.subs[want.Filter]
		switch {
		case topic.ValidFilter(want.Filter) != nil:
			ack.Reasons = append(ack.Reasons, mqtt.TopicFilterInvalid)
			continue
		case !c.maySubscribe(want.Filter):
			ack.Reasons = append(ack.Reasons, mqtt.NotAuthorized)
			continue
		case !existed && len(c.subs) >= c.e.cfg.Client.Subscriptions:
			ack.Reasons = append(ack.Reasons, mqtt.QuotaExceeded)
			continue
		}
		s := c.replace(old, want, p.SubscriptionID)
		ack.Reasons = append(ack.Reasons, mqtt.Reason(s.qos))
		if s.owed != nil {
			replay = append(replay, s)
		}
	}
	k := c.conn
	c.acknowledge(c.subscriptionGate(), ack)
	c.e.rec.after(c.ackGate, func() {
		for _, s := range replay {
			if c.conn == k && c.subs[s.filter] == s {
				c.replay(s)
			}
		}
	})
}

func (c *Client) maySubscribe(filter string) bool {
	_, inner := splitShare(filter)
	if c.rights.Subscribe(inner) {
		return true
	}
	c.forbidden("subscribe " + filter)
	return false
}

// malformed reports whether a topic filter breaks the rules of MQTT (4.7, 4.8.2), rather than ours.
func malformed(err error) bool {
	return errors.Is(err, topic.ErrWildcard) || errors.Is(err, topic.ErrShare)
}

// replace makes a subscription in place of an older one to the same filter, if there is one.
func (c *Client) replace(old *subscription, want mqtt.Subscription, id uint32) *subscription {
	share, inner := splitShare(want.Filter)
	s := &subscription{
		owner: c, share: share, filter: inner, qos: want.QoS, noLocal: want.NoLocal,
		retainAsPublished: want.RetainAsPublished, id: id,
	}
	if old != nil {
		c.e.detach(old)
		s.record = old.record
	} else {
		s.record = c.e.rec.newID()
	}
	send := want.RetainHandling == mqtt.SendRetained || want.RetainHandling == mqtt.SendRetainedIfNew && old == nil
	if share == "" && send {
		s.owed = c.e.router.retained.owes(s)
	}
	c.saveSub(s)
	c.subs[want.Filter] = s
	c.e.attach(s)
	return s
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
	for _, filter := range p.Filters {
		if err := topic.ValidFilter(filter); malformed(err) {
			c.conn.fail(mqtt.MalformedPacket, err.Error())
			return
		}
	}
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
