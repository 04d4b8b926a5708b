package engine

import (
	"strings"

	v2 "mqttsn-gateway/mqttsn/v2"
)

// sessionID is what a session is called, here, in the log and by the upstream broker: the client id, and behind it the
// Sender Identifier if it is a protected one. The same client id under another sender, or under none, is another session
// (v2.0, 3.17-3 to 3.17-5).
func sessionID(sender v2.SenderID, clientID string) string {
	if sender == (v2.SenderID{}) {
		return clientID
	}
	return clientID + senderMark + sender.String()
}

const senderMark = "@"

// reserves reports whether a client id is what a protected session may be called, and so nobody else may be.
func (p *protector) reserves(a Addr, id string) bool {
	at := strings.LastIndex(id, senderMark)
	if a.Protected() || at < 0 {
		return false
	}
	sender, ok := v2.ParseSenderID(id[at+len(senderMark):])
	return ok && p.guards[sender] != nil
}

// recordedID is a client id and its sender on disk. No client id has a NUL in it.
func recordedID(sender v2.SenderID, clientID string) string {
	if sender == (v2.SenderID{}) {
		return clientID
	}
	return clientID + "\x00" + string(sender[:])
}

func readRecordedID(s string) (sender v2.SenderID, clientID string) {
	clientID, behind, _ := strings.Cut(s, "\x00")
	copy(sender[:], behind)
	return sender, clientID
}
