package client

import (
	"math"
	"time"

	"mqttsn-gateway/mqttsn"
)

// Config says who a client is and how patient. The zero value of each field but ClientID will do.
type Config struct {
	// ClientID is the name of the session. The specification allows 1 to 23 characters; gateways may take more.
	ClientID string

	// KeepAlive is the time within which the gateway hears from the client, and the client from the gateway, by a
	// PINGREQ if there is nothing else to say. It is rounded up to seconds and is at most 65535 s. 0 means that
	// neither watches the other.
	KeepAlive time.Duration

	// CleanSession makes the gateway begin each connection with an empty session: no subscriptions, no will.
	CleanSession bool

	// Will is published by the gateway when it loses the client. nil means none, or, without CleanSession, the one
	// that the gateway has from before; a will without a topic deletes that.
	Will *Will

	// Predefined are the topics known by a number on both sides. The client only reads the map.
	Predefined map[uint16]string

	// RetryInterval is how long to wait for an answer before saying it again: T_retry, 10 s if 0,
	// 5 s in version 2.0.
	RetryInterval time.Duration

	// Retries is how often to say it again: N_retry, 3 if 0, never if negative.
	Retries int

	// Resume keeps publications of QoS 1 and 2 when there is no session, or when it is lost. They are finished after
	// the next Connect; if CleanSession is off, those of QoS 2 still arrive exactly once.
	Resume bool

	// Queue is how many requests may wait for their turn, 64 if 0. More fail with ErrQueueFull.
	Queue int

	// Topics is how many normal topic ids to remember, 1024 if 0. Beyond that, registrations are refused.
	Topics int

	// MTU is the length of the longest datagram to send or receive, in octets; 1400 if 0.
	MTU int

	// FirstMsgID is the id of the first request, 1 if 0. A device that forgets its session in a reboot while the
	// gateway keeps it should choose at random, lest a new message looks like the repetition of an old one.
	FirstMsgID uint16

	// V2 makes the client speak version 2.0 of the protocol, with these options; nil is version 1.2. There, KeepAlive is
	// 65535 s if 0; CleanSession is Clean Start, except on the way back from sleep; the MTU is announced to the gateway;
	// and waits between retries double each time, up to a minute.
	V2 *V2
}

// A Will is the message that the gateway publishes when it has lost the client.
type Will struct {
	Topic   string
	Payload []byte
	QoS     mqttsn.QoS // 0 to 2
	Retain  bool
}

func (w *Will) valid() bool { return w.QoS >= mqttsn.QoS0 && w.QoS <= mqttsn.QoS2 }

// flags are those of WILLTOPIC and WILLTOPICUPD.
func (w *Will) flags() mqttsn.Flags {
	f := w.QoS.Flags()
	if w.Retain {
		f |= mqttsn.FlagRetain
	}
	return f
}

// withDefaults resolves the zero values.
func (c Config) withDefaults() Config {
	if c.V2 != nil && c.KeepAlive == 0 {
		c.KeepAlive = math.MaxUint16 * time.Second
	}
	if c.RetryInterval == 0 && c.V2 != nil {
		c.RetryInterval = 5 * time.Second
	}
	if c.RetryInterval == 0 {
		c.RetryInterval = 10 * time.Second
	}
	if c.Retries == 0 {
		c.Retries = 3
	}
	if c.Queue == 0 {
		c.Queue = 64
	}
	if c.Topics == 0 {
		c.Topics = 1024
	}
	if c.MTU == 0 {
		c.MTU = 1400
	}
	c.KeepAlive = min(ceilSeconds(c.KeepAlive), math.MaxUint16*time.Second)
	return c
}

// ceilSeconds rounds up to whole seconds, which is what durations have on the wire.
func ceilSeconds(d time.Duration) time.Duration {
	return (d + time.Second - 1).Truncate(time.Second)
}
