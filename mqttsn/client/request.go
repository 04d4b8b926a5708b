package client

import (
	"slices"
	"time"

	"mqttsn-gateway/mqttsn"
	v2 "mqttsn-gateway/mqttsn/v2"
)

// A request is something that the client was asked to do and that takes answers from the gateway. One is under way at
// a time (Core.current); it goes through one or more steps, and in each a packet is sent, and sent again until it is
// answered (6.13).
type request struct {
	id   Request // 0: nobody waits for the result
	kind kind

	message  Message // publish; in register, subscribe and unsubscribe its topic, in subscribe its QoS
	will     *Will   // updateWill: nil deletes
	duration uint32  // sleep: seconds

	msgID        uint16 // of PUBLISH, SUBSCRIBE or UNSUBSCRIBE; 0 until it is sent
	registerID   uint16 // MsgId of the REGISTER before a PUBLISH
	sent         bool   // publish: the gateway may have seen it
	released     bool   // publish, QoS 2: PUBREC has come
	reregistered bool   // publish: the gateway did not know the topic id once
	willAnswers  int    // connect: how often the gateway was told of the will

	// Version 2.0 only.
	clean        bool             // connect: Clean Start
	authData     []byte           // connect: of the next AUTH
	options      SubscribeOptions // subscribe
	topic        v2.Topic         // publish: as it is sent, the same each time
	refusedAlias bool             // publish: the gateway gives no alias
}

type kind uint8

const (
	kindConnect kind = iota
	kindDisconnect
	kindSleep
	kindWake
	kindPing
	kindRegister
	kindPublish
	kindSubscribe
	kindUnsubscribe
	kindUpdateWill
)

// A step is named after the packet that was sent in it.
type step uint8

const (
	stepNone step = iota
	stepConnect
	stepAuth // version 2.0
	stepWillTopic
	stepWillMsg
	stepDisconnect
	stepSleep
	stepWake
	stepPing
	stepRegister
	stepPublish
	stepPubrel
	stepSubscribe
	stepUnsubscribe
	stepWillTopicUpd
	stepWillMsgUpd
)

// ask takes a request of the user: it gets a number and its place in the queue.
func (c *Core) ask(now time.Duration, r *request, out *Out) Request {
	c.lastRequest++
	r.id = c.lastRequest
	if err := c.version.check(r); err != nil {
		c.report(r, Result{Err: err}, out)
		return r.id
	}
	if len(c.queue) >= c.cfg.Queue {
		c.report(r, Result{Err: ErrQueueFull}, out)
		return r.id
	}
	c.queue = append(c.queue, r)
	c.pump(now, out)
	return c.lastRequest
}

// settle ends a request at once.
func (c *Core) settle(err error, out *Out) Request {
	c.lastRequest++
	out.Done = append(out.Done, Result{Request: c.lastRequest, Err: err})
	return c.lastRequest
}

// Cancel says that the result of a request is no longer of interest; there will be none. One that waits for its turn is
// dropped. So are a connect or wake under way; anything else that is under way runs its course.
func (c *Core) Cancel(now time.Duration, id Request, out *Out) {
	if r := c.current; r != nil && r.id == id {
		r.id = 0
		if r.kind == kindConnect || r.kind == kindWake {
			c.fail(ErrTimeout, out)
		}
	}
	c.queue = slices.DeleteFunc(c.queue, func(r *request) bool { return r.id == id })
	c.pump(now, out)
}

// pump starts requests until one has to wait for an answer. Those whose time is over fail.
func (c *Core) pump(now time.Duration, out *Out) {
	for i := 0; c.current == nil && i < len(c.queue); {
		r := c.queue[i]
		err := c.mayStart(r)
		if err != nil && c.keeps(r) {
			i++
			continue
		}
		c.queue = slices.Delete(c.queue, i, i+1)
		if err != nil {
			c.report(r, Result{Err: err}, out)
			continue
		}
		c.start(now, r, out)
		i = 0 // the state may be another one now
	}
}

// mayStart tells what a request lacks to begin in the present state.
func (c *Core) mayStart(r *request) error {
	switch r.kind {
	case kindConnect:
		return nil
	case kindWake:
		if c.state != Asleep {
			return ErrNotAsleep
		}
	case kindDisconnect, kindSleep:
		if c.state == Disconnected {
			return ErrNotConnected
		}
	default:
		if c.state != Active {
			return ErrNotConnected
		}
	}
	return nil
}

// keeps tells whether a request outlives the session.
func (c *Core) keeps(r *request) bool {
	return c.cfg.Resume && r.kind == kindPublish && r.message.QoS > mqttsn.QoS0 && r.id != 0
}

// start makes a request the current one and takes its first step.
func (c *Core) start(now time.Duration, r *request, out *Out) {
	c.current = r
	c.version.begin(now, out)
}

// enter takes the next step of the current request.
func (c *Core) enter(now time.Duration, s step, out *Out) {
	c.step, c.resends = s, 0
	c.transmit(now, out)
}

// transmit sends the packet of the current step, for the first time or again.
func (c *Core) transmit(now time.Duration, out *Out) {
	buf, err := c.version.packet(out.buf)
	if err == nil && len(buf)-len(out.buf) > c.cfg.MTU {
		err = mqttsn.ErrTooLong
	}
	if err != nil {
		c.fail(err, out)
		return
	}
	c.send(now, buf, out)
	c.retryAt = now + c.version.patience()
}

// finish ends the current request well.
func (c *Core) finish(res Result, out *Out) {
	r := c.current
	c.current, c.step = nil, stepNone
	c.report(r, res, out)
}

// fail ends the current request, and says where that leaves the client.
func (c *Core) fail(err error, out *Out) {
	switch c.current.kind {
	case kindConnect, kindDisconnect:
		c.state = Disconnected
	case kindWake:
		c.state = Asleep // and tries another time (6.14)
	}
	c.finish(Result{Err: err}, out)
}

func (c *Core) report(r *request, res Result, out *Out) {
	if r.id != 0 {
		res.Request = r.id
		out.Done = append(out.Done, res)
	}
}

// lose ends the session. What is under way goes back to the queue or fails; pump sees to the rest.
func (c *Core) lose(err error, out *Out) {
	c.state, out.Lost = Disconnected, err
	switch r := c.current; {
	case r == nil:
	case c.keeps(r):
		c.current, c.step = nil, stepNone
		c.queue = slices.Insert(c.queue, 0, r)
	default:
		c.finish(Result{Err: err}, out)
	}
}
