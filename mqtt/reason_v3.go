package mqtt

import "slices"

// connackCodes are the return codes of CONNACK in MQTT 3.1.1 (3.2.2.3 there); the index is the code.
var connackCodes = [6]Reason{
	Success, UnsupportedProtocolVersion, ClientIdentifierNotValid, ServerUnavailable, BadUserNameOrPassword, NotAuthorized,
}

// connackCode translates a reason to CONNACK's return code of MQTT 3.1.1. Where no code applies the server must close
// without a CONNACK (MQTT-3.2.2-6 there), and ok is false.
func connackCode(r Reason) (code byte, ok bool) {
	switch r {
	case ServerBusy, ServerShuttingDown, QuotaExceeded, UseAnotherServer, ServerMoved, ConnectionRateExceeded:
		r = ServerUnavailable
	case Banned, BadAuthenticationMethod:
		r = NotAuthorized
	}
	i := slices.Index(connackCodes[:], r)
	return byte(max(i, 0)), i >= 0
}

// subackCode translates a reason to SUBACK's return code of MQTT 3.1.1 (3.9.3 there), which has one for all failures.
func subackCode(r Reason) Reason {
	if r.Failed() {
		return UnspecifiedError
	}
	return r
}
