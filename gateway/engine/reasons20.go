package engine

import (
	"mqttsn-gateway/mqtt"
	v2 "mqttsn-gateway/mqttsn/v2"
)

// aliasExists answers the REGISTER of a topic that has its id already: a success that MQTT does not know.
const aliasExists = mqtt.Reason(v2.TopicAliasExists)

// instead are the codes, the best first, for reasons that a packet of version 2.0 has no code for. Most reasons have the
// same number in both worlds, but each packet has a list of its own (v2.0, 2.3).
var instead = map[mqtt.Reason][]v2.ReasonCode{
	mqtt.TopicAliasInvalid:      {v2.UnknownTopicAlias},
	mqtt.TopicFilterInvalid:     {v2.TopicFilterInvalid, v2.TopicNameInvalid},
	mqtt.TopicNameInvalid:       {v2.TopicNameInvalid, v2.TopicFilterInvalid},
	mqtt.QuotaExceeded:          {v2.QuotaExceeded, v2.Congestion},
	mqtt.ServerBusy:             {v2.ServerBusy, v2.Congestion},
	mqtt.ServerUnavailable:      {v2.ServerUnavailable, v2.Congestion},
	mqtt.ServerShuttingDown:     {v2.ServerShuttingDown, v2.ServerUnavailable, v2.Congestion},
	mqtt.ConnectionRateExceeded: {v2.ConnectionRateExceeded, v2.Congestion},
	mqtt.MessageRateTooHigh:     {v2.PacketRateTooHigh, v2.Congestion},
	mqtt.ReceiveMaximumExceeded: {v2.ReceiveMaximumExceeded, v2.Congestion},
}

// code20 says in a packet of the type what went wrong.
func code20(t v2.Type, r mqtt.Reason) v2.ReasonCode {
	codes := instead[r]
	if codes == nil {
		codes = []v2.ReasonCode{v2.ReasonCode(r)}
	}
	for _, c := range codes {
		if c.Allowed(t, v2.Server) {
			return c
		}
	}
	switch {
	case !r.Failed():
		return v2.Success
	case v2.UnspecifiedError.Allowed(t, v2.Server):
		return v2.UnspecifiedError
	}
	return v2.ImplementationSpecificError
}

// reason20 is the way back.
func reason20(c v2.ReasonCode) mqtt.Reason {
	switch c {
	case v2.UnknownTopicAlias:
		return mqtt.TopicAliasInvalid
	case v2.Congestion:
		return mqtt.QuotaExceeded
	}
	return mqtt.Reason(c)
}
