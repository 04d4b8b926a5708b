package engine

import (
	"encoding/binary"
	"time"

	"mqttsn-gateway/gateway/store"
	"mqttsn-gateway/mqtt"
)

// A Message is an application message on its way through the gateway. It never changes once routed, so that all
// queues may share it.
type Message struct {
	Topic   string
	Payload []byte
	QoS     uint8 // as published
	Retain  bool  // as published

	// Props are the MQTT 5 properties to pass on; nil when there are none.
	Props *mqtt.PublishProps

	// expires is when the message must no longer be delivered; never if it has no expiry.
	expires time.Duration

	// lifetime is the expiry of a will, counted from its publication; 0 for none.
	lifetime time.Duration

	record uint64 // the message's number on disk; 0 if it is not there
	refs   int    // queues on disk that hold it

	retained uint64 // its number on disk as the retained message of its topic
	serial   uint64 // its place among retained messages, in the order in which they came
	gate     uint64 // the batch that it, or the id that it was received under, is in

	upstream bool // came through the bridge

	// origin is the session that published the message, for No Local; nil for the gateway's own, and once routed.
	origin subscriber
}

// size is what the message counts for in the limits of a queue, in octets.
func (m *Message) size() int { return m.octets() + messageOverhead }

// fitsRecord reports whether the message can be put on disk in one record.
func (m *Message) fitsRecord() bool { return m.octets() <= maxRecord }

// octets is how long the message is with its properties.
func (m *Message) octets() int {
	n := len(m.Topic) + len(m.Payload)
	if p := m.Props; p != nil {
		n += len(p.ContentType) + len(p.ResponseTopic) + len(p.CorrelationData)
		for _, u := range p.User {
			n += len(u.Name) + len(u.Value) + 2*binary.MaxVarintLen32
		}
	}
	return n
}

// maxRecord leaves room for the lengths of fields.
const maxRecord = store.MaxValue - 1024

// messageOverhead is roughly what a queued message costs beside topic and payload.
const messageOverhead = 100

func (m *Message) expired(now time.Duration) bool { return now >= m.expires }
