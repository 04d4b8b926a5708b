package engine

import "mqttsn-gateway/mqtt"

// A dialect is one version of MQTT-SN, as a device's session speaks it: each method appends one datagram to b. What
// datagrams mean is decided on the other side, in the dialect's file, by calls of the session's methods. Failures are
// given as MQTT 5 reasons; a dialect says as much of them as it can.
type dialect interface {
	connack(b []byte, reason mqtt.Reason) []byte
	register(b []byte, topicID, msgID uint16, name string) []byte
	regack(b []byte, topicID, msgID uint16, reason mqtt.Reason) []byte
	publish(b []byte, p outgoing) []byte
	puback(b []byte, t topicRef, msgID uint16, reason mqtt.Reason) []byte
	pubrec(b []byte, msgID uint16) []byte
	pubrel(b []byte, msgID uint16) []byte
	pubcomp(b []byte, msgID uint16) []byte
	suback(b []byte, t topicRef, msgID uint16, qos uint8, reason mqtt.Reason) []byte
	unsuback(b []byte, msgID uint16, reason mqtt.Reason) []byte
	pingresp(b []byte) []byte
	disconnect(b []byte) []byte
}

// outgoing is a PUBLISH to a device.
type outgoing struct {
	topic   topicRef
	qos     uint8
	retain  bool
	dup     bool
	msgID   uint16
	payload []byte
}
