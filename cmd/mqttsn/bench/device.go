package bench

import (
	"fmt"
	"time"

	"mqttsn-gateway/mqttsn"
)

// A device has asked its gateway one question at most.
type device struct {
	number int
	task   task
	topic  uint16 // the id of its topic, once the gateway has named it
	msgID  uint16 // of its last question

	awaits   mqttsn.Type   // the answer; 0: it has asked nothing
	said     []byte        // the question, to be said again
	since    time.Duration // when it was said first
	repeatAt time.Duration
	tries    int
	got      int // new messages since its task began
}

// A task is what a device is doing.
type task interface {
	// answered is called with the device waiting no more.
	answered(d *device, now time.Duration)
	// gaveUp is called when the gateway has not answered any repetition.
	gaveUp(d *device)
}

// nextMsgID counts 1 to 65,535.
func (d *device) nextMsgID() uint16 {
	if d.msgID++; d.msgID == 0 {
		d.msgID = 1
	}
	return d.msgID
}

func (f *fleet) clientID(d *device) string { return fmt.Sprintf("%s-%06d", f.prefix, d.number) }

// With the usual prefix an id has 12 octets and a topic 24.
func (f *fleet) topic(d *device) string {
	return fmt.Sprintf("%s/%06d/reading/s", f.prefix, d.number)
}

// Questions. Each appends its datagram to b, and returns the type of the answer.
type question func(d *device, b []byte) (mqttsn.Type, []byte)

func (f *fleet) connect(d *device, b []byte) (mqttsn.Type, []byte) {
	return mqttsn.TypeConnack, mqttsn.Connect{
		Flags: mqttsn.FlagCleanSession, ProtocolID: mqttsn.ProtocolID,
		Duration: uint16(f.keepAlive / time.Second), ClientID: []byte(f.clientID(d)),
	}.Append(b)
}

func (f *fleet) register(d *device, b []byte) (mqttsn.Type, []byte) {
	return mqttsn.TypeRegack, mqttsn.Register{MsgID: d.nextMsgID(), TopicName: []byte(f.topic(d))}.Append(b)
}

func (f *fleet) subscribe(qos mqttsn.QoS) question {
	return func(d *device, b []byte) (mqttsn.Type, []byte) {
		return mqttsn.TypeSuback, mqttsn.Subscribe{
			Flags: qos.Flags(), MsgID: d.nextMsgID(), TopicName: []byte(f.topic(d)),
		}.Append(b)
	}
}

// longSleep outlasts every run.
const longSleep = 10 * 3600

func fallAsleep(_ *device, b []byte) (mqttsn.Type, []byte) {
	return mqttsn.TypeDisconnect, mqttsn.Disconnect{Duration: longSleep}.Append(b)
}

func leave(_ *device, b []byte) (mqttsn.Type, []byte) {
	return mqttsn.TypeDisconnect, mqttsn.Disconnect{}.Append(b)
}

func ping(_ *device, b []byte) (mqttsn.Type, []byte) {
	return mqttsn.TypePingresp, mqttsn.Pingreq{}.Append(b)
}

func (f *fleet) wake(d *device, b []byte) (mqttsn.Type, []byte) {
	return mqttsn.TypePingresp, mqttsn.Pingreq{ClientID: []byte(f.clientID(d))}.Append(b)
}

// hear takes what the gateway says to a device.
func (f *fleet) hear(d *device, data []byte) {
	typ, body, err := mqttsn.Split(data)
	if err != nil {
		f.counts.malformed++
		return
	}
	switch typ {
	case mqttsn.TypePublish:
		err = f.hearPublish(d, body)
	case mqttsn.TypePubrel:
		var p mqttsn.Pubrel
		if err = p.Parse(body); err == nil {
			f.say(d, mqttsn.Pubcomp(p))
		}
	case mqttsn.TypeRegister:
		var p mqttsn.Register
		if err = p.Parse(body); err == nil {
			f.say(d, mqttsn.Regack{TopicID: p.TopicID, MsgID: p.MsgID})
		}
	case mqttsn.TypePubrec:
		var p mqttsn.Pubrec
		if err = p.Parse(body); err == nil && d.awaits == typ && p.MsgID == d.msgID {
			f.release(d)
		}
	default:
		err = f.hearAnswer(d, typ, body)
	}
	if err != nil {
		f.counts.malformed++
	}
}

func (f *fleet) hearPublish(d *device, body []byte) error {
	var p mqttsn.Publish
	if err := p.Parse(body); err != nil {
		return err
	}
	switch p.Flags.QoS() {
	case mqttsn.QoS1:
		f.say(d, mqttsn.Puback{TopicID: p.TopicID, MsgID: p.MsgID})
	case mqttsn.QoS2:
		f.say(d, mqttsn.Pubrec{MsgID: p.MsgID})
	}
	if f.arrivals != nil && f.arrivals.take(p.Data) {
		d.got++
	}
	return nil
}

// hearAnswer ends the wait of a device, if this is what it waits for. A refusal leaves it waiting: it will ask again.
func (f *fleet) hearAnswer(d *device, typ mqttsn.Type, body []byte) error {
	code, msgID := mqttsn.Accepted, d.msgID
	var err error
	switch typ {
	case mqttsn.TypeConnack:
		var p mqttsn.Connack
		err, code = p.Parse(body), p.ReturnCode
	case mqttsn.TypeRegack:
		var p mqttsn.Regack
		if err = p.Parse(body); err == nil && p.MsgID == d.msgID && d.awaits == typ {
			d.topic = p.TopicID
		}
		code, msgID = p.ReturnCode, p.MsgID
	case mqttsn.TypeSuback:
		var p mqttsn.Suback
		err = p.Parse(body)
		code, msgID = p.ReturnCode, p.MsgID
	case mqttsn.TypePuback:
		var p mqttsn.Puback
		err = p.Parse(body)
		code, msgID = p.ReturnCode, p.MsgID
	case mqttsn.TypePubcomp:
		var p mqttsn.Pubcomp
		err, msgID = p.Parse(body), p.MsgID
	case mqttsn.TypePingresp:
	case mqttsn.TypeDisconnect:
		if d.awaits != typ {
			f.counts.thrownOut++
		}
	}
	switch {
	case err != nil || msgID != d.msgID:
		return err
	case code != mqttsn.Accepted:
		f.counts.refused++
	case typ == d.awaits:
		d.awaits = 0
		d.task.answered(d, f.now())
	}
	return nil
}
