package engine

import (
	"time"

	v2 "mqttsn-gateway/mqttsn/v2"
)

// pingreq20 serves PINGREQ, which wakes a sleeper (v2.0, 3.11).
func (d *Device) pingreq20(v *v20, body []byte) error {
	var p v2.Pingreq
	if err := p.Parse(body); err != nil {
		return err
	}
	if d.begins(v, v2.TypePingreq, p.PacketID) {
		d.ping()
	}
	return nil
}

// sleepreq20 serves SLEEPREQ (v2.0, 3.15). The device forgets its session aliases unless it says otherwise, and so do we.
func (d *Device) sleepreq20(v *v20, body []byte) error {
	var p v2.Sleepreq
	if err := p.Parse(body); err != nil {
		return err
	}
	repeated := v.open == openRequest{v2.TypeSleepreq, p.PacketID}
	if !d.begins(v, v2.TypeSleepreq, p.PacketID) || repeated {
		return nil // if repeated, its answer waits for the disk
	}
	if !p.RetainAliases {
		d.forgetTopics()
	}
	duration := time.Duration(p.Duration) * time.Second
	if limit := d.e.cfg.Device.MaxSleep; v.suggest && limit > 0 && duration > limit {
		duration = limit
		v.sleepFor = uint32(limit / time.Second)
	}
	d.sleep(duration)
	return nil
}

// wakeup tells a sleeper that something waits for it (v2.0, 3.14). It need not hear.
func (d *Device) wakeup() {
	if _, ok := speaks20(d); ok && d.e.cfg.Device.Wakeup && d.located && d.state == Asleep {
		d.send(v2.Wakeup{}.Append)
	}
}

// forgetTopics removes the session aliases, and the REGISTER of one that is under way.
func (d *Device) forgetTopics() {
	for i := range d.topics.entries {
		d.e.rec.erase(recordTopic, d.record, uint64(i+1))
	}
	d.topics = topicTable{}
	d.reg = registration{}
	d.attempt++ // a REGACK or SUBACK that waits for the disk would tell what is no more
}
