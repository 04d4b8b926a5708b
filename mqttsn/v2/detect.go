package v2

import "mqttsn-gateway/mqttsn"

// A Version is what [Detect] makes of a datagram.
type Version uint8

const (
	Neither   Version = iota // a packet of no version
	V12                      // MQTT-SN 1.2
	V20                      // MQTT-SN 2.0
	Ambiguous                // it may be of either version: never answer it
)

func (v Version) String() string {
	return [...]string{"neither", "1.2", "2.0", "ambiguous"}[v&3]
}

// An Origin is what is known about whoever sent a datagram.
type Origin struct {
	Version   Version // V12 or V20 if it has a session or Virtual Connection, else Neither
	Multicast bool    // the datagram came to the multicast group
	Pubwos    bool    // PUBWOS is welcome from strangers here: take for it what may be a SUBSCRIBE of version 1.2
}

// Detect tells whose packet a datagram is, from the point of view of a gateway, of which both versions' clients ask
// something. It looks at the length and the few octets that tell the versions apart, and leaves the rest to the codec of
// the version: a verdict does not say that the packet is well formed. It allocates nothing.
//
// Packets of a sender with a session are of the session's version, except for CONNECT and SEARCHGW of the other one, and
// except for encapsulations: those name a session of their own.
//
// The draft leaves all this to the server. No packet type has the same meaning in both versions, so guessing wrong means
// answering with something that reads as another packet: the verdict on what fits both is Ambiguous.
func Detect(datagram []byte, from Origin) Version {
	h, err := readHeader(datagram)
	switch {
	case err != nil:
		return Neither
	case h.typ == TypeConnection: // the same number as the encapsulation of 1.2, whose length leaves out the packet inside
		return detectEncapsulation(h.length, len(datagram))
	case h.typ == TypeForwarder, h.typ == TypeProtection:
		return V20
	case h.length != len(datagram):
		return from.Version
	}
	body := datagram[h.size:]
	switch from.Version {
	case V12:
		if isConnect20(h.typ, body) || isSearch20(h.typ, body) {
			return V20
		}
		return V12
	case V20:
		if isConnect12(h.typ, body) || isSearch12(h.typ, body) {
			return V12
		}
		return V20
	}
	return detectStranger(h.typ, body, from)
}

func detectEncapsulation(length, datagram int) Version {
	switch {
	case length == datagram:
		return V20
	case length < datagram:
		return V12
	}
	return Neither
}

// detectStranger goes by the length of the body, and looks closer where both versions have such a packet.
func detectStranger(t Type, body []byte, from Origin) Version {
	v12, v20 := fits12(mqttsn.Type(t), len(body)), fits20(t, len(body))
	switch {
	case !v12 && !v20:
		return Neither
	case isCutConnect12(t, body):
		return V12
	case !v12:
		return V20
	case !v20:
		return V12
	}
	switch t {
	case TypeUnsubscribe: // REGISTER of 1.2, in which a client's topic id is 0; with flags of 0 UNSUBSCRIBE has five octets
		if body[0] != 0 || body[1] != 0 {
			return V20
		}
		if len(body) != filterFixed+2 {
			return V12
		}
	case TypePubwos:
		return detectPubwos(body, from)
	case TypeAdvertise, TypeGwInfo: // PINGREQ and DISCONNECT of 1.2, which nobody sends to a group
		if from.Multicast {
			return V20
		}
		return V12
	}
	return Ambiguous
}

// detectPubwos tells a PUBWOS from a SUBSCRIBE of 1.2, which comes from a device whose address has changed. The kinds of
// topics and the flags differ; only by predefined alias, with QoS 0 and two octets of payload, they are alike.
func detectPubwos(body []byte, from Origin) Version {
	t := TopicType(body[0] & topicTypeMask)
	switch {
	case body[0]&pubwosFlagsReserved != 0, t != PredefinedAlias && t != TopicName:
		return V12
	case t == TopicName, len(body) != subscribePredefined12, body[0]&flagRetain != 0, from.Pubwos:
		return V20
	}
	return Ambiguous
}

// subscribePredefined12 is the length of the body of a SUBSCRIBE of 1.2 by topic id: flags, MsgId, TopicId.
const subscribePredefined12 = 5

func isConnect12(t Type, body []byte) bool {
	return mqttsn.Type(t) == mqttsn.TypeConnect && len(body) >= 4 && body[1] == mqttsn.ProtocolID
}

// isCutConnect12 recognises the first octets of a CONNECT of 1.2. They might be a PUBACK, of packet 1025 or 3073: from a
// sender without a connection, nothing is lost by saying nothing.
func isCutConnect12(t Type, body []byte) bool {
	const cleanSession, will = 1 << 2, 1 << 3
	return mqttsn.Type(t) == mqttsn.TypeConnect && len(body) < 4 && len(body) > 1 &&
		body[1] == mqttsn.ProtocolID && body[0]&cleanSession != 0 && body[0]&^(cleanSession|will) == 0
}

func isConnect20(t Type, body []byte) bool { return t == TypeConnect && fits20(t, len(body)) }

func isSearch12(t Type, body []byte) bool {
	return mqttsn.Type(t) == mqttsn.TypeSearchGw && len(body) == 1
}

// isSearch20 leaves the empty SEARCHGW out, which is a PINGRESP to a client of 1.2.
func isSearch20(t Type, body []byte) bool { return t == TypeSearchGw && len(body) > 0 }

// fits12 tells whether a 1.2 packet of the type may have a body of n octets, and may come to a gateway from a stranger: a
// client that has lost its session, or another gateway. A CONNECT of any protocol id fits, since nothing else does that
// is as long. An empty PINGRESP is left out: no stranger has been asked.
func fits12(t mqttsn.Type, n int) bool {
	switch t {
	case mqttsn.TypeAdvertise:
		return n == 3
	case mqttsn.TypeSearchGw:
		return n == 1
	case mqttsn.TypeGwInfo:
		return n >= 1
	case mqttsn.TypeConnect, mqttsn.TypeRegister:
		return n >= 4
	case mqttsn.TypeWillTopic, mqttsn.TypeWillMsg, mqttsn.TypeWillTopicUpd, mqttsn.TypeWillMsgUpd, mqttsn.TypePingreq:
		return true
	case mqttsn.TypePublish:
		return n >= 5
	case mqttsn.TypeRegack, mqttsn.TypePuback:
		return n == 5
	case mqttsn.TypePubcomp, mqttsn.TypePubrec, mqttsn.TypePubrel:
		return n == 2
	case mqttsn.TypeSubscribe, mqttsn.TypeUnsubscribe:
		return n >= 3
	case mqttsn.TypeDisconnect:
		return n == 0 || n == 2
	}
	return false
}

// fits20 tells the same about 2.0.
func fits20(t Type, n int) bool {
	switch t {
	case TypeConnect:
		return n >= connectFixed
	case TypePublish, TypePubwos, TypeRegister:
		return n >= 3
	case TypePuback, TypePubrec, TypePubrel, TypePubcomp:
		return n == 2 || n == 3
	case TypeSubscribe, TypeUnsubscribe:
		return n > filterFixed
	case TypePingreq:
		return n == 2
	case TypeDisconnect, TypeGwInfo:
		return n >= 1
	case TypeAuth:
		return n >= authFixed
	case TypeRegack:
		return n >= 3 && n <= 6
	case TypeSleepreq:
		return n == sleepreqBody
	case TypeAdvertise:
		return n == 3
	case TypeSearchGw:
		return true
	}
	return false
}
