package engine

import "time"

// Counts is how much an engine holds at present.
type Counts struct {
	Devices       int // sessions of devices, kept ones included
	Handshakes    int // dialogues about wills
	Addresses     int // that belong to a session
	Clients       int // sessions of ordinary clients
	Conns         int // MQTT connections, either way
	Uplinks       int
	Alarms        int
	Queued        int // messages that wait in sessions
	InFlight      int // messages that were sent and are not acknowledged
	Inbound       int // messages whose senders wait for us, or owe us a PUBREL
	Subscriptions int
	Retained      int
	Waiting       int // for the disk
}

// Counts looks at every session.
func (e *Engine) Counts() Counts {
	c := Counts{
		Devices: len(e.devices), Handshakes: len(e.handshakes), Addresses: len(e.byAddr), Clients: len(e.clients),
		Conns: len(e.conns), Uplinks: len(e.uplinks), Alarms: len(e.alarms), Retained: e.router.retained.names.Len(),
		Subscriptions: e.router.subs.Len(), Waiting: len(e.rec.waiting),
	}
	for _, d := range e.devices {
		c.Queued += d.queue.len()
		c.InFlight += len(d.flights)
		c.Inbound += len(d.inbound)
	}
	for _, k := range e.clients {
		c.Queued += k.queue.len()
		c.InFlight += len(k.flights)
		c.Inbound += len(k.received)
	}
	return c
}

// DeviceInfo is what a device's session looks like from outside.
type DeviceInfo struct {
	State       State
	Connecting  bool // waits for the north side, or the disk
	Clean       bool
	Reachable   bool // may be sent to without having asked
	Stalled     bool // did not answer: nothing is sent until it is heard
	Unproven    bool // the address has not proven yet whose it is
	Registering bool // a REGISTER is under way
	Queued      int
	InFlight    int
	Inbound     int
	Next        time.Duration // when the session wants to be woken
	Alarm       time.Duration // when it will be; never later than Next
	Stats       DeviceStats
}

// Device looks at one device's session; false if there is none.
func (e *Engine) Device(id string) (DeviceInfo, bool) {
	d := e.devices[id]
	if d == nil {
		return DeviceInfo{}, false
	}
	i := DeviceInfo{
		State: d.state, Connecting: d.connecting, Clean: d.clean, Reachable: d.reachable(), Stalled: d.stalled,
		Unproven: d.unproven, Registering: d.reg.msgID != 0, Queued: d.queue.len(), InFlight: len(d.flights),
		Inbound: len(d.inbound), Next: d.due(), Alarm: never, Stats: d.stats,
	}
	if d.alarm.index != 0 {
		i.Alarm = d.alarm.at
	}
	return i, true
}
