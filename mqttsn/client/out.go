package client

import (
	"mqttsn-gateway/mqttsn"
	v2 "mqttsn-gateway/mqttsn/v2"
)

// An Out lists what is to be done after a call to a [Core]. It is meant to be used again and again: whoever has done
// it all calls Reset.
type Out struct {
	// Send are datagrams for the gateway, in this order. They are valid until Reset.
	Send [][]byte

	// Messages have been received, in this order. Their payloads share memory with the datagram that was handed in.
	Messages []Message

	// Done are requests that have come to their end.
	Done []Result

	// Lost says why the session has ended, if it did and nobody asked for it: ErrTimeout or ErrDisconnected.
	Lost error

	// Wakeup says that messages wait for a client that is asleep. It may wake for them or sleep on. Version 2.0 only.
	Wakeup bool

	buf []byte // holds the datagrams
}

// Reset empties the lists.
func (o *Out) Reset() {
	o.Send, o.Messages, o.Done, o.buf = o.Send[:0], o.Messages[:0], o.Done[:0], o.buf[:0]
	o.Lost, o.Wakeup = nil, false
}

// add takes o.buf with one more datagram at its end.
func (o *Out) add(buf []byte) {
	o.Send = append(o.Send, buf[len(o.buf):len(buf):len(buf)])
	o.buf = buf
}

// A Message is something published, by us or to us.
type Message struct {
	Topic   Topic
	QoS     mqttsn.QoS
	Retain  bool
	DUP     bool // received only: may have been received before
	Payload []byte
}

// A Request is the number of something that a [Core] was asked to do. No request has the number 0.
type Request uint64

// A Result says how a request ended.
type Result struct {
	Request Request
	Err     error      // nil: well
	TopicID uint16     // of a name that was registered or subscribed to
	QoS     mqttsn.QoS // of a subscription: what the gateway grants

	// Reason is what the gateway says of a success, in version 2.0: that nobody listens, for instance.
	Reason v2.ReasonCode
}
