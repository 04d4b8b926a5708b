package engine

import v2 "mqttsn-gateway/mqttsn/v2"

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

// Owner is the session that an address belongs to, and its version of the protocol; empty and Neither if it belongs to
// none.
func (e *Engine) Owner(a Addr) (id string, version v2.Version) {
	if d := e.byAddr[a]; d != nil {
		return d.id, d.traits().version
	}
	return "", v2.Neither
}
