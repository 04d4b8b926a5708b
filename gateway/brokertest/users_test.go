package brokertest

import (
	"testing"
)

// A message is a publication as users of a client library see it.
type message struct {
	topic   string
	payload string
	qos     byte
	retain  bool // to be retained, or sent because it was

	// MQTT 5 only.
	responseTopic string
	correlation   string
	contentType   string
	user          [2]string // name and value of a user property
}

// A session is what a user connects with.
type session struct {
	client string
	keep   bool // the session outlives the connection, and is resumed if it is there
	will   *message
}

// A user is a client library, used in the way that its documentation shows. Its methods fail the test if something goes
// wrong.
type user interface {
	connect(s session) (present bool)
	subscribe(filter string, qos byte)
	publish(m message) // returns when the broker has acknowledged it
	receive() message  // waits for the next message
	leave()            // with DISCONNECT
	lose()             // without
}

// A library makes users.
type library struct {
	name    string
	version int
	user    func(t *testing.T, addr string) user
}

var goLibraries = []library{
	{"paho.golang", 5, newPaho5},
	{"paho.mqtt.golang", 4, newPaho3},
}

// jsLibraries is one library, in two versions of the protocol.
func jsLibraries(d *mqttJSDriver) []library {
	return []library{
		{"MQTT.js with version 5", 5, func(t *testing.T, addr string) user { return d.newUser(t, addr, 5) }},
		{"MQTT.js with version 3.1.1", 4, func(t *testing.T, addr string) user { return d.newUser(t, addr, 4) }},
	}
}
