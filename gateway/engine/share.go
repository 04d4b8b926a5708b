package engine

import (
	"iter"

	"mqttsn-gateway/gateway/topic"
)

// handOn gives what a session that ends leaves behind, as far as it was its share of a group's messages, to another of the
// group (MQTT 5, 4.8.2). The session's subscriptions are those that it had, detached by now. What it has begun to take
// with QoS 2 is not among what it leaves.
func (r *router) handOn(had iter.Seq[*subscription], left iter.Seq[*entry]) {
	var subs topic.Tree[*subscription]
	shared := false
	for s := range had {
		subs.Add(s.filter, s)
		shared = shared || s.group != nil
	}
	if !shared {
		return
	}
	for en := range left {
		matches := subs.AppendMatches(nil, en.msg.Topic)
		if len(matches) != 1 || matches[0].group == nil || en.qos == 0 {
			continue // it had the message for itself as well
		}
		if s := matches[0].group.next(en.msg); s != nil {
			k := copyTo{msg: en.msg, qos: min(en.msg.QoS, s.qos), retain: en.msg.Retain && s.retainAsPublished}
			if s.id != 0 {
				k.subIDs = []uint32{s.id}
			}
			s.owner.receive(k)
		}
	}
}
