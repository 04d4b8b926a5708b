package engine

import (
	"errors"
	"fmt"
	"time"

	"mqttsn-gateway/gateway/topic"
	"mqttsn-gateway/mqtt"
	v2 "mqttsn-gateway/mqttsn/v2"
)

// connect20 serves CONNECT (v2.0, 3.1). One that is wrong changes nothing, and is answered if it could be read far enough.
func (e *Engine) connect20(a Addr, body []byte) error {
	var p v2.Connect
	if err := p.Parse(body); err != nil {
		var fault *v2.Error
		if errors.As(err, &fault) && fault.PacketID != 0 {
			e.refuse(a, &v20{connectID: fault.PacketID}, "", mqtt.Reason(fault.Reason))
		}
		return err
	}
	e.endHandshake(a)
	e.links[a.Link].v20 = true
	v := &v20{connectID: p.PacketID, terms: terms{netAddr: p.NetAddr, suggest: p.SrvSugg}}
	if e.repeats20(a, &p) {
		return nil
	}
	id := string(p.ClientID)
	switch {
	case id == "":
		id = e.newDeviceID()
		v.assigned = id
	case len(id) > e.cfg.Device.ClientIDLength || !validClientID(id):
		e.refuse(a, v, "", mqtt.ClientIdentifierNotValid)
		return nil
	}
	if p.MaxPacketSize > 0 && v.size() > int(p.MaxPacketSize) {
		e.refuse(a, v, id, mqtt.PacketTooLarge) // there is no room for what CONNACK has to say
		return nil
	}
	r := connectRequest{
		clientID:  id,
		clean:     p.CleanStart,
		keepAlive: time.Duration(p.KeepAlive) * time.Second,
		maxSize:   p.MaxPacketSize,
		awakeMax:  int32(e.cfg.Device.AwakeMessages),
		withWill:  true, // no CONNECT leaves an old one in force
	}
	r.expire(p.SessionExpiry)
	if p.SrvSugg {
		v.advise(&e.cfg.Device, &r)
	}
	if p.AwakeMessages > 0 {
		r.awakeMax = int32(p.AwakeMessages)
	}
	if p.HasWill {
		w, reason := e.will20(a, &p, id)
		if reason.Failed() {
			e.refuse(a, v, id, reason)
			return nil
		}
		r.will = w
	}
	if p.HasAuth {
		return e.authenticate20(a, v, r, p.Auth)
	}
	e.connect(a, v, r)
	return nil
}

// advise suggests what is shorter than the device asks for (v2.0, 3.1.2.7). It has to take it.
func (v *v20) advise(c *DeviceConfig, r *connectRequest) {
	if c.MaxKeepAlive > 0 && r.keepAlive > c.MaxKeepAlive {
		r.keepAlive = c.MaxKeepAlive
		v.keepAlive = uint16(r.keepAlive / time.Second)
	}
	if r.keptFor > c.SessionExpiry {
		r.keptFor = c.SessionExpiry
		v.hasExpiry, v.expiry = true, uint32(r.keptFor/time.Second)
	}
}

// expire takes the session expiry interval of a packet, in seconds.
func (r *connectRequest) expire(seconds uint32) {
	r.ends = seconds == 0
	r.keptFor = time.Duration(seconds) * time.Second
	if seconds == v2.NeverExpires {
		r.keptFor = never
	}
}

// size is that of a CONNACK that accepts.
func (v *v20) size() int { return len(v.connack(nil, true, mqtt.Success)) }

// repeats20 answers a CONNECT that the network has doubled: what is the same has the same packet id (v2.0, 4.4.2-1). A
// new attempt of the device has another one.
func (e *Engine) repeats20(a Addr, p *v2.Connect) bool {
	d := e.byAddr[a]
	v, ok := speaks20(d)
	if !ok || v.connectID != p.PacketID || d.id != string(p.ClientID) && v.assigned == "" {
		return false
	}
	if d.fresh && !d.connecting {
		d.hears()
		d.acknowledge()
	}
	return d.fresh || d.connecting
}

// will20 resolves the will of a CONNECT. A session alias means something only in a session that goes on.
func (e *Engine) will20(a Addr, p *v2.Connect, id string) (*will, mqtt.Reason) {
	w := &will{qos: uint8(p.Will.QoS), retain: p.Will.Retain, payload: append([]byte(nil), p.Will.Payload...)}
	switch t := p.Will.Topic; t.Type {
	case v2.PredefinedAlias:
		w.topic = e.predefinedOf(id, a.Link).names[t.Alias]
	case v2.SessionAlias:
		d := e.devices[sessionID(a.Sender, id)]
		if _, ok := speaks20(d); ok && !p.CleanStart {
			if entry := d.topics.get(t.Alias); entry != nil {
				w.topic = entry.name
			}
		}
	default:
		w.topic = string(t.Name)
	}
	if topic.ValidName(w.topic) != nil {
		return nil, mqtt.TopicNameInvalid
	}
	return w, mqtt.Success
}

// newDeviceID makes up a client id that no session has (v2.0, 3.2.11-3).
func (e *Engine) newDeviceID() string {
	for {
		if id := fmt.Sprintf("auto-%016x", e.cfg.Random.Uint64()); e.devices[id] == nil {
			return id
		}
	}
}

// takenOver ends the connection that a device has at another address than the one it now connects from (v2.0, 3.1.19-3).
// It reports whether the session ends with it. A sleeper that has said that its address changes only wakes up.
func (d *Device) takenOver() bool {
	if v, ok := speaks20(d); ok && v.netAddr && d.state == Asleep {
		return false
	}
	d.send(v2.Disconnect{Reason: v2.SessionTakenOver}.Append)
	d.pause()
	if w := d.will; w != nil {
		d.will = nil
		d.north.lost(d, w)
	}
	return d.clean
}

// disconnect20 serves DISCONNECT, which is not answered (v2.0, 3.13). Any reason but the normal one publishes the will.
func (d *Device) disconnect20(body []byte) error {
	var p v2.Disconnect
	if err := p.Parse(body); err != nil {
		return err
	}
	if p.HasExpiry {
		if d.clean && p.SessionExpiry != 0 {
			d.breach(v2.ProtocolError, p.PacketID, "DISCONNECT keeps a session that CONNECT did not ask for")
			return nil
		}
		var r connectRequest
		r.expire(p.SessionExpiry)
		d.clean, d.keptFor = r.ends, r.keptFor
	}
	if p.Reason == v2.NormalDisconnection {
		d.disconnect()
	} else {
		d.lose("the device says: " + p.Reason.String())
	}
	return nil
}
