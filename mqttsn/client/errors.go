package client

import (
	"errors"
	"fmt"

	"mqttsn-gateway/mqttsn"
	v2 "mqttsn-gateway/mqttsn/v2"
)

// Why a request failed, when it was not the gateway that refused it.
var (
	// ErrTimeout says that the gateway did not answer, however often it was asked.
	ErrTimeout = errors.New("mqttsn: no answer from the gateway")

	// ErrDisconnected says that the gateway has ended the session, or does not know it.
	ErrDisconnected = errors.New("mqttsn: disconnected by the gateway")

	// ErrNotConnected says that the request needs a session that is awake; ErrNotAsleep, that it needs a sleeping one.
	ErrNotConnected = errors.New("mqttsn: not connected")
	ErrNotAsleep    = errors.New("mqttsn: not asleep")

	// ErrQueueFull says that too many requests are waiting.
	ErrQueueFull = errors.New("mqttsn: too many requests are waiting")

	// ErrTooManyTopics says that the client cannot remember one more topic id.
	ErrTooManyTopics = errors.New("mqttsn: too many topics are registered")

	// ErrInvalid says that a request makes no sense: a topic to publish to with a wildcard, a QoS of 3.
	ErrInvalid = errors.New("mqttsn: invalid request")

	// ErrUnsupported says that the version of the protocol has no such thing: options of a subscription in 1.2, an update
	// of the will in 2.0.
	ErrUnsupported = errors.New("mqttsn: not in this version of the protocol")

	// ErrSessionPresent says that the gateway has a session that the client does not remember; see [V2].
	ErrSessionPresent = errors.New("mqttsn: the gateway remembers a session that the client does not")

	// ErrTooLarge says that the gateway has sent a packet that is longer than [Config] allows, and was left for it.
	ErrTooLarge = errors.New("mqttsn: packet from the gateway is too large")

	// ErrClosed says that the Client was closed.
	ErrClosed = errors.New("mqttsn: client is closed")
)

// A RejectedError is a refusal by the gateway. After [mqttsn.Congestion] the specification wants the client to leave
// the gateway alone for T_WAIT, more than five minutes.
type RejectedError struct {
	Type mqttsn.Type // the packet that brought the refusal
	Code mqttsn.ReturnCode
}

func (e *RejectedError) Error() string {
	return fmt.Sprintf("mqttsn: rejected by %v: %v", e.Type, e.Code)
}

// A ReasonError is a refusal by a gateway that speaks version 2.0, or its DISCONNECT. That one is also ErrDisconnected.
type ReasonError struct {
	Type   v2.Type // the packet that brought the reason
	Reason v2.ReasonCode
	Text   string // of a DISCONNECT, for people: often ""
}

func (e *ReasonError) Error() string {
	text := fmt.Sprintf("mqttsn: rejected by %v: %v", e.Type, e.Reason)
	if e.Type == v2.TypeDisconnect {
		text = fmt.Sprintf("%v: %v", ErrDisconnected, e.Reason)
	}
	if e.Text != "" {
		text = fmt.Sprintf("%s (%q)", text, e.Text)
	}
	return text
}

// Is lets callers ask for ErrDisconnected in both versions.
func (e *ReasonError) Is(target error) bool {
	return target == ErrDisconnected && e.Type == v2.TypeDisconnect
}

// rejection is the error that a return code stands for, nil for Accepted.
func rejection(t mqttsn.Type, code mqttsn.ReturnCode) error {
	if code == mqttsn.Accepted {
		return nil
	}
	return &RejectedError{t, code}
}
