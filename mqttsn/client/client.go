package client

import (
	"context"
	"sync"
	"time"

	"mqttsn-gateway/mqttsn"
)

// A Client is one client of one gateway. Its methods may be called by any goroutine, also by a handler, with the
// exception of Close. They wait until the gateway has answered, it has been asked as often as the [Config] says, or the
// context ends; a request that is under way when its context ends runs its course nevertheless, a publication
// for instance may still arrive.
//
// When the gateway ends the session, or does not answer any more, the client does not connect again by itself: see
// OnLost.
type Client struct {
	loop       *loop
	predefined map[uint16]string // never written

	mu            sync.Mutex
	subscriptions []subscription
	onMessage     func(Message)
	onLost        func(error)
	onWakeup      func()
}

// A subscription is a filter that somebody waits for; a predefined topic has its name, if the configuration tells it.
type subscription struct {
	filter  Topic
	handler func(Message)
}

// New is a Client that speaks over a transport, which it closes in the end. Nothing is sent before Connect.
func New(t Transport, cfg Config) *Client {
	c := &Client{predefined: cfg.Predefined}
	c.loop = startLoop(t, cfg, handlers{c.dispatch, c.lost, c.wakeup})
	return c
}

// Connect asks the gateway for a session, and is also the way back from sleep to a session that is always awake.
func (c *Client) Connect(ctx context.Context) error {
	_, err := c.loop.do(ctx, (*Core).Connect)
	return err
}

// Disconnect ends the session; the gateway does not publish the will. The client can connect again.
func (c *Client) Disconnect(ctx context.Context) error {
	_, err := c.loop.do(ctx, (*Core).Disconnect)
	return err
}

// Close ends the client without a word to the gateway, and waits for a handler that is running. What is under way fails
// with ErrClosed. It must not be called by a handler.
func (c *Client) Close() error { return c.loop.stop() }

// Ping asks whether the gateway is there.
func (c *Client) Ping(ctx context.Context) error {
	_, err := c.loop.do(ctx, (*Core).Ping)
	return err
}

// Register gets the id of a topic name. Publish does so by itself.
func (c *Client) Register(ctx context.Context, name string) (uint16, error) {
	res, err := c.loop.do(ctx, func(core *Core, now time.Duration, out *Out) Request {
		return core.Register(now, name, out)
	})
	return res.TopicID, err
}

// Publish sends a message and waits for what its QoS promises: with 0 and -1 until it has been sent, with 1 and 2 until
// the gateway has it.
func (c *Client) Publish(ctx context.Context, m Message) error {
	_, err := c.loop.do(ctx, func(core *Core, now time.Duration, out *Out) Request {
		return core.Publish(now, m, out)
	})
	return err
}

// Subscribe asks for the messages of a topic or filter and returns the QoS that the gateway grants. Each message that
// matches the filter is given to the handler, unless nil; a second subscription to the same filter replaces the first.
// Handlers are called one after the other and may take their time: while many messages wait for them, others are not
// accepted, so that the gateway sends those of QoS 1 and 2 again.
func (c *Client) Subscribe(ctx context.Context, filter Topic, qos mqttsn.QoS, handler func(Message)) (mqttsn.QoS, error) {
	return c.SubscribeWith(ctx, filter, qos, SubscribeOptions{}, handler)
}

// SubscribeWith is Subscribe with the options of version 2.0.
func (c *Client) SubscribeWith(ctx context.Context, filter Topic, qos mqttsn.QoS, options SubscribeOptions,
	handler func(Message)) (mqttsn.QoS, error) {
	before := c.setHandler(filter, handler) // the first message may come before the answer
	res, err := c.loop.do(ctx, func(core *Core, now time.Duration, out *Out) Request {
		return core.SubscribeWith(now, filter, qos, options, out)
	})
	if err != nil {
		c.setHandler(filter, before)
	}
	return res.QoS, err
}

// Unsubscribe takes a subscription back.
func (c *Client) Unsubscribe(ctx context.Context, filter Topic) error {
	_, err := c.loop.do(ctx, func(core *Core, now time.Duration, out *Out) Request {
		return core.Unsubscribe(now, filter, out)
	})
	if err == nil {
		c.setHandler(filter, nil)
	}
	return err
}

// Sleep asks the gateway to keep messages until the client wakes or connects, which it has to do before d has passed.
func (c *Client) Sleep(ctx context.Context, d time.Duration) error {
	_, err := c.loop.do(ctx, func(core *Core, now time.Duration, out *Out) Request {
		return core.Sleep(now, d, out)
	})
	return err
}

// Wake collects the messages that the gateway has kept, and returns when the client is asleep again. The messages are
// on their way to the handlers then.
func (c *Client) Wake(ctx context.Context) error {
	_, err := c.loop.do(ctx, (*Core).Wake)
	return err
}

// UpdateWill changes the will of the session; nil deletes it.
func (c *Client) UpdateWill(ctx context.Context, will *Will) error {
	_, err := c.loop.do(ctx, func(core *Core, now time.Duration, out *Out) Request {
		return core.UpdateWill(now, will, out)
	})
	return err
}

// Session tells what has been agreed upon with the gateway, by the last Connect, Sleep, Wake or Ping.
func (c *Client) Session() Session { return *c.loop.session.Load() }

// State tells how the client stands with its gateway. A closed client is disconnected.
func (c *Client) State() State { return State(c.loop.state.Load()) }

// OnMessage has messages that no subscription's handler wants given to f: those of an earlier connection, for instance.
func (c *Client) OnMessage(f func(Message)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.onMessage = f
}

// OnLost has f called when the session ends and nobody asked for it, with ErrTimeout or ErrDisconnected, or when the
// transport fails, with its error. It is called like a handler, and may call Connect.
func (c *Client) OnLost(f func(error)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.onLost = f
}

// OnWakeup has f called when the gateway says that messages wait, while the client is asleep. It is called like a
// handler, and may call Wake. Only version 2.0 has this, and only where the radio is on all the same.
func (c *Client) OnWakeup(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.onWakeup = f
}

// setHandler replaces the handler of a filter, nil for none, and returns the one before.
func (c *Client) setHandler(filter Topic, handler func(Message)) (before func(Message)) {
	if filter.Type == mqttsn.Predefined {
		filter.Name = c.predefined[filter.ID]
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	kept := make([]subscription, 0, len(c.subscriptions)+1)
	for _, s := range c.subscriptions {
		if s.filter == filter {
			before = s.handler
		} else {
			kept = append(kept, s)
		}
	}
	if handler != nil {
		kept = append(kept, subscription{filter, handler})
	}
	c.subscriptions = kept // and never changed again: dispatch reads it without the lock
	return before
}

// dispatch gives a message to all handlers that want it.
func (c *Client) dispatch(m Message) {
	c.mu.Lock()
	subscriptions, otherwise := c.subscriptions, c.onMessage
	c.mu.Unlock()
	wanted := false
	for _, s := range subscriptions {
		if m.Topic.matches(s.filter) {
			wanted = true
			s.handler(m)
		}
	}
	if !wanted && otherwise != nil {
		otherwise(m)
	}
}

func (c *Client) wakeup() {
	c.mu.Lock()
	f := c.onWakeup
	c.mu.Unlock()
	if f != nil {
		f()
	}
}

func (c *Client) lost(err error) {
	c.mu.Lock()
	f := c.onLost
	c.mu.Unlock()
	if f != nil {
		f(err)
	}
}
