package engine

import (
	"time"

	v2 "mqttsn-gateway/mqttsn/v2"
)

// DeviceInfo is what a device's session looks like from outside.
type DeviceInfo struct {
	State       State
	Version     v2.Version // of MQTT-SN that it speaks
	User        string     // who it has proven to be with a password; empty for nobody in particular
	Identity    string     // proven by the link, or by the protection of its packets; empty where nothing is
	Addr        Addr       // where it was last heard; valid if Located
	Located     bool
	Connecting  bool // waits for the north side, or the disk
	Clean       bool
	Reachable   bool // may be sent to without having asked
	Stalled     bool // did not answer: nothing is sent until it is heard
	Unproven    bool // the address has not proven yet whose it is
	Registering bool // a REGISTER is under way

	KeepAlive time.Duration // as the device asked; 0 is off
	SleepFor  time.Duration // as it asked when it last fell asleep
	Heard     time.Duration // when it was last heard, or its state began
	Ends      time.Duration // when the state ends unless the device is heard: it is lost, or its session expires

	Topics        int
	Subscriptions int
	Queued        int
	QueuedBytes   int
	InFlight      int
	Paused        int // of those in flight: sent again when the device is awake, is heard, or has learned the topic's id
	Inbound       int
	Requests      int           // SUBSCRIBEs and UNSUBSCRIBEs that wait for the north side
	Next          time.Duration // when the session wants to be woken
	Alarm         time.Duration // when it will be; never later than Next
	Stats         DeviceStats
}

// Device looks at one device's session; false if there is none.
func (e *Engine) Device(id string) (DeviceInfo, bool) {
	d := e.devices[id]
	if d == nil {
		return DeviceInfo{}, false
	}
	i := DeviceInfo{
		State: d.state, Version: d.traits().version, User: d.proof.name(), Identity: d.identity, Addr: d.addr, Located: d.located, Connecting: d.connecting, Clean: d.clean,
		Reachable: d.reachable(), Stalled: d.stalled, Unproven: d.unproven, Registering: d.reg.msgID != 0,
		KeepAlive: d.keepAlive, SleepFor: d.sleepFor, Heard: d.heard, Ends: d.lifeline(),
		Topics: len(d.topics.entries), Subscriptions: len(d.subs),
		Queued: d.queue.len(), QueuedBytes: d.queue.bytes, InFlight: len(d.flights), Inbound: len(d.inbound),
		Requests: len(d.requests),
		Next:     d.due(), Alarm: never, Stats: d.stats,
	}
	for n := range d.flights {
		if d.flights[n].paused {
			i.Paused++
		}
	}
	if d.alarm.index != 0 {
		i.Alarm = d.alarm.at
	}
	return i, true
}

// A DeviceHead is what a list of devices is searched by.
type DeviceHead struct {
	ID      string
	State   State
	Addr    Addr // valid if Located
	Located bool
}

// DeviceHeads lists every device, in no order. It only copies: some hundred thousand take some ms, and sorting and
// searching are the caller's, on another goroutine.
func (e *Engine) DeviceHeads() []DeviceHead {
	heads := make([]DeviceHead, 0, len(e.devices))
	for id, d := range e.devices {
		heads = append(heads, DeviceHead{ID: id, State: d.state, Addr: d.addr, Located: d.located})
	}
	return heads
}

// DeviceDetail is what is inside a device's session.
type DeviceDetail struct {
	DeviceInfo
	Topics        []TopicInfo
	Subscriptions []SubscriptionInfo
	Waiting       []MessageInfo // what is in flight, then what waits, in order
	WillTopic     string        // empty if it has no will
}

// TopicInfo is a topic that a device has an id for.
type TopicInfo struct {
	ID      uint16
	Name    string
	Known   bool // the device has been told the id since it connected
	Refused bool // it does not take the topic
}

// SubscriptionInfo is one subscription.
type SubscriptionInfo struct {
	Filter string // with $share/name/ before it, if it is shared
	QoS    uint8
}

// MessageInfo is a message that waits in a session.
type MessageInfo struct {
	Topic    string
	QoS      uint8
	Octets   int // of the payload
	InFlight bool
	Tries    int
}

// DeviceDetail looks into one device's session; false if there is none. Of each list it gives limit entries at most.
func (e *Engine) DeviceDetail(id string, limit int) (DeviceDetail, bool) {
	info, ok := e.Device(id)
	if !ok {
		return DeviceDetail{}, false
	}
	d := e.devices[id]
	detail := DeviceDetail{DeviceInfo: info}
	if d.will != nil {
		detail.WillTopic = d.will.topic
	}
	for i := range d.topics.entries[:min(len(d.topics.entries), limit)] {
		t := &d.topics.entries[i]
		detail.Topics = append(detail.Topics, TopicInfo{ID: uint16(i + 1), Name: t.name, Known: t.known, Refused: t.refused})
	}
	for _, s := range d.subs[:min(len(d.subs), limit)] {
		detail.Subscriptions = append(detail.Subscriptions, s.info())
	}
	for i := range d.flights[:min(len(d.flights), limit)] {
		f := &d.flights[i]
		m := f.info()
		m.InFlight, m.Tries = true, f.tries
		detail.Waiting = append(detail.Waiting, m)
	}
	for i := range min(d.queue.len(), limit-len(detail.Waiting)) {
		detail.Waiting = append(detail.Waiting, d.queue.at(i).info())
	}
	return detail, true
}

func (s *subscription) info() SubscriptionInfo {
	i := SubscriptionInfo{Filter: s.filter, QoS: s.qos}
	if s.share != "" {
		i.Filter = "$share/" + s.share + "/" + s.filter
	}
	return i
}

func (en *entry) info() MessageInfo {
	return MessageInfo{Topic: en.msg.Topic, QoS: en.qos, Octets: len(en.msg.Payload)}
}
