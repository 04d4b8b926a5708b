package engine

import (
	"time"

	"mqttsn-gateway/mqtt"
	v2 "mqttsn-gateway/mqttsn/v2"
)

// A dialect is one version of MQTT-SN, as a device's session speaks it: each method appends one datagram to b. What
// datagrams mean is decided on the other side, in the dialect's files, by calls of the session's methods. Failures are
// given as MQTT 5 reasons; a dialect says as much of them as it can.
type dialect interface {
	traits() *traits

	connack(b []byte, present bool, reason mqtt.Reason) []byte
	register(b []byte, topicID, msgID uint16, name string) []byte
	regack(b []byte, t topicRef, msgID uint16, reason mqtt.Reason) []byte
	publish(b []byte, p outgoing) []byte
	puback(b []byte, t topicRef, msgID uint16, reason mqtt.Reason) []byte
	pubrec(b []byte, msgID uint16) []byte
	refuse(b []byte, in *inbound, reason mqtt.Reason) []byte // a PUBLISH of any QoS
	pubrel(b []byte, msgID uint16, reason mqtt.Reason) []byte
	pubcomp(b []byte, msgID uint16, reason mqtt.Reason) []byte
	suback(b []byte, t topicRef, msgID uint16, qos uint8, reason mqtt.Reason) []byte
	unsuback(b []byte, msgID uint16, reason mqtt.Reason) []byte
	sleepresp(b []byte) []byte
	pingresp(b []byte, left int) []byte // left: messages that wait for the next window
	disconnect(b []byte, reason mqtt.Reason) []byte

	// write and read keep on disk what the dialect knows of the connection.
	write(f *fields)
	read(f *fields)
}

// traits are what a session does otherwise in one version than in another.
type traits struct {
	version v2.Version

	// tolerance is how long keep alive and sleep may be overrun: the whole time until a device counts as lost.
	tolerance func(time.Duration) time.Duration

	// retry is the time between the nth sending of a message, counted from 0, and the next. Where givesUp is set a device
	// that has answered none is lost; else it is left alone until it is heard.
	retry   func(first time.Duration, n int) time.Duration
	givesUp bool

	fullNames  bool // PUBLISH may name its topic in full, and topic ids are good until the session ends
	oneRequest bool // REGISTER counts as a message in flight
	will       bool // a will is good for one connection
	lostState  bool // a device that fell silent is told from one that said goodbye
	copies     bool // a request that comes again after its answer may be a copy of the first, made on the way
	farewell   bool // DISCONNECT is answered
	qos0       bool // a QoS 0 message that is refused is answered
	unsuback   bool // UNSUBACK can say that it failed
}

// passesOn reports whether a device is to be told why the broker has ended its connection: it was sent elsewhere, or is not
// wanted. What may pass is hidden from it.
func (t *traits) passesOn(r mqtt.Reason) bool {
	switch r {
	case mqtt.UseAnotherServer, mqtt.ServerMoved, mqtt.NotAuthorized, mqtt.AdministrativeAction, mqtt.SessionTakenOver,
		mqtt.MaximumConnectTime, mqtt.QuotaExceeded:
		return !t.lostState
	}
	return false
}

// outgoing is a PUBLISH to a device.
type outgoing struct {
	topic   topicRef
	name    string // the topic's full name, for a dialect that can say it
	qos     uint8
	retain  bool
	dup     bool
	msgID   uint16
	payload []byte
}
