package client

import (
	"math"
	"math/rand/v2"
	"time"

	v2 "mqttsn-gateway/mqttsn/v2"
	"mqttsn-gateway/mqttsn/v2/protection"
)

// V2 has the options of version 2.0. The zero value of each field will do.
type V2 struct {
	// SessionExpiry is how long the gateway keeps the session after the connection, rounded up to seconds; 0 ends it
	// with the connection. NeverExpires and more is for ever.
	SessionExpiry time.Duration

	// AdoptSession goes on with a session that the gateway remembers and this client does not, because the program was
	// started again: topic aliases of that time are unknown then, and messages that use them are refused. Without it,
	// the client hangs up as the draft wants it (3.2.2.1-3), and Connect fails with ErrSessionPresent.
	AdoptSession bool

	// UserName and Password are sent as MQTT-BASIC, unless Method is set.
	UserName string
	Password []byte

	// Method is an authentication method of more than one step. Authenticate gives the data of CONNECT when called with
	// nil, and answers what the gateway sends; it is called with the data of CONNACK, too, if there are any, and what it
	// returns then is not sent. An error of it ends the attempt. It must not wait.
	Method       string
	Authenticate func(challenge []byte) ([]byte, error)

	// AwakeMessages is how many messages the client takes each time it wakes; 0 leaves that to the gateway.
	AwakeMessages uint8

	// Suggestions lets the gateway choose another keep alive, session expiry and sleep duration. See Core.Session.
	Suggestions bool

	// Roaming is for addresses that change without notice: requests carry the client id (Connection Encapsulation).
	Roaming bool

	// FullNames publishes by the topic's name where there is no alias, instead of asking for one. That is one packet less
	// for the first message, and longer packets for all that follow.
	FullNames bool

	// DropAliases has the gateway forget topic aliases when the client falls asleep.
	DropAliases bool

	// AnyPredefined hands on messages with predefined topic aliases that Config.Predefined does not have and that were
	// not subscribed to, by their number. To the draft such a message is a Protocol Error (4.7.2.1-2).
	AnyPredefined bool

	// Sender and Receiver protect what is sent, and open what comes: both, or nil. The client owns them from now on.
	Sender   *protection.Sender
	Receiver *protection.Receiver

	// Rand makes the random part of the waits between retries; nil is a generator of the client's own.
	Rand *rand.Rand
}

// NeverExpires is a session expiry: the gateway keeps the session for ever.
const NeverExpires = v2.NeverExpires * time.Second

// expiry is the Session Expiry Interval.
func (o V2) expiry() uint32 {
	return uint32(min(ceilSeconds(min(o.SessionExpiry, NeverExpires))/time.Second, math.MaxUint32))
}

// maxRetryInterval is where the wait for an answer stops growing in version 2.0.
const maxRetryInterval = time.Minute
