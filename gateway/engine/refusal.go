package engine

import "mqttsn-gateway/mqtt"

// refusals say more than the name of a reason: what an operator can look at when a device is refused.
var refusals = map[mqtt.Reason]string{
	mqtt.QuotaExceeded:              "sessions.max is reached, or the broker takes no more",
	mqtt.ServerUnavailable:          "the upstream broker does not answer, or an operator has disconnected the device",
	mqtt.ServerBusy:                 "the disk takes nothing, or the device waits for approval",
	mqtt.ClientIdentifierNotValid:   "it is empty, longer than sessions.client_id_max_length, or has control characters",
	mqtt.UnsupportedProtocolVersion: "the device speaks neither MQTT-SN 1.2 nor 2.0",
	mqtt.NotAuthorized:              "the access rules, the owner of its session, or the broker forbid it",
	mqtt.BadUserNameOrPassword:      "the broker does not know it",
	mqtt.TopicFilterInvalid:         "the topic of its will is none",
}

// explained is a reason for a refusal in words.
func explained(reason mqtt.Reason) string {
	if why := refusals[reason]; why != "" {
		return reason.String() + ": " + why
	}
	return reason.String()
}
