package mqtt

// DISCONNECT and AUTH carry other reasons when a client sends them.
const (
	clientDISCONNECT Type = 16
	clientAUTH       Type = 17
)

// reasons is the table of 2.4, with the specification's own words and the packets that may carry each.
var reasons = [256]struct {
	name    string
	packets packetSet
}{
	Success:                             {"Success", packets(CONNACK, PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK, UNSUBACK, DISCONNECT, clientDISCONNECT, AUTH)},
	GrantedQoS1:                         {"Granted QoS 1", packets(SUBACK)},
	GrantedQoS2:                         {"Granted QoS 2", packets(SUBACK)},
	DisconnectWithWill:                  {"Disconnect with Will Message", packets(clientDISCONNECT)},
	NoMatchingSubscribers:               {"No matching subscribers", packets(PUBACK, PUBREC)},
	NoSubscriptionExisted:               {"No subscription existed", packets(UNSUBACK)},
	ContinueAuthentication:              {"Continue authentication", packets(AUTH, clientAUTH)},
	ReAuthenticate:                      {"Re-authenticate", packets(clientAUTH)},
	UnspecifiedError:                    {"Unspecified error", packets(CONNACK, PUBACK, PUBREC, SUBACK, UNSUBACK, DISCONNECT, clientDISCONNECT)},
	MalformedPacket:                     {"Malformed Packet", packets(CONNACK, DISCONNECT, clientDISCONNECT)},
	ProtocolViolation:                   {"Protocol Error", packets(CONNACK, DISCONNECT, clientDISCONNECT)},
	ImplementationSpecificError:         {"Implementation specific error", packets(CONNACK, PUBACK, PUBREC, SUBACK, UNSUBACK, DISCONNECT, clientDISCONNECT)},
	UnsupportedProtocolVersion:          {"Unsupported Protocol Version", packets(CONNACK)},
	ClientIdentifierNotValid:            {"Client Identifier not valid", packets(CONNACK)},
	BadUserNameOrPassword:               {"Bad User Name or Password", packets(CONNACK)},
	NotAuthorized:                       {"Not authorized", packets(CONNACK, PUBACK, PUBREC, SUBACK, UNSUBACK, DISCONNECT)},
	ServerUnavailable:                   {"Server unavailable", packets(CONNACK)},
	ServerBusy:                          {"Server busy", packets(CONNACK, DISCONNECT)},
	Banned:                              {"Banned", packets(CONNACK)},
	ServerShuttingDown:                  {"Server shutting down", packets(DISCONNECT)},
	BadAuthenticationMethod:             {"Bad authentication method", packets(CONNACK, DISCONNECT)},
	KeepAliveTimeout:                    {"Keep Alive timeout", packets(DISCONNECT)},
	SessionTakenOver:                    {"Session taken over", packets(DISCONNECT)},
	TopicFilterInvalid:                  {"Topic Filter invalid", packets(SUBACK, UNSUBACK, DISCONNECT)},
	TopicNameInvalid:                    {"Topic Name invalid", packets(CONNACK, PUBACK, PUBREC, DISCONNECT, clientDISCONNECT)},
	PacketIdentifierInUse:               {"Packet Identifier in use", packets(PUBACK, PUBREC, SUBACK, UNSUBACK)},
	PacketIdentifierNotFound:            {"Packet Identifier not found", packets(PUBREL, PUBCOMP)},
	ReceiveMaximumExceeded:              {"Receive Maximum exceeded", packets(DISCONNECT, clientDISCONNECT)},
	TopicAliasInvalid:                   {"Topic Alias invalid", packets(DISCONNECT, clientDISCONNECT)},
	PacketTooLarge:                      {"Packet too large", packets(CONNACK, DISCONNECT, clientDISCONNECT)},
	MessageRateTooHigh:                  {"Message rate too high", packets(DISCONNECT, clientDISCONNECT)},
	QuotaExceeded:                       {"Quota exceeded", packets(CONNACK, PUBACK, PUBREC, SUBACK, DISCONNECT, clientDISCONNECT)},
	AdministrativeAction:                {"Administrative action", packets(DISCONNECT, clientDISCONNECT)},
	PayloadFormatInvalid:                {"Payload format invalid", packets(CONNACK, PUBACK, PUBREC, DISCONNECT, clientDISCONNECT)},
	RetainNotSupported:                  {"Retain not supported", packets(CONNACK, DISCONNECT)},
	QoSNotSupported:                     {"QoS not supported", packets(CONNACK, DISCONNECT)},
	UseAnotherServer:                    {"Use another server", packets(CONNACK, DISCONNECT)},
	ServerMoved:                         {"Server moved", packets(CONNACK, DISCONNECT)},
	SharedSubscriptionsNotSupported:     {"Shared Subscriptions not supported", packets(SUBACK, DISCONNECT)},
	ConnectionRateExceeded:              {"Connection rate exceeded", packets(CONNACK, DISCONNECT)},
	MaximumConnectTime:                  {"Maximum connect time", packets(DISCONNECT)},
	SubscriptionIdentifiersNotSupported: {"Subscription Identifiers not supported", packets(SUBACK, DISCONNECT)},
	WildcardSubscriptionsNotSupported:   {"Wildcard Subscriptions not supported", packets(SUBACK, DISCONNECT)},
}

// packetSet has bit t for packet type t.
type packetSet uint32

func packets(ts ...Type) (s packetSet) {
	for _, t := range ts {
		s |= 1 << t
	}
	return s
}

func (s packetSet) has(t Type) bool { return s&(1<<t) != 0 }

// validIn reports whether a packet of type t from that side may carry r.
func (r Reason) validIn(t Type, fromServer bool) bool {
	switch {
	case t == DISCONNECT && !fromServer:
		t = clientDISCONNECT
	case t == AUTH && !fromServer:
		t = clientAUTH
	}
	return reasons[r].packets.has(t)
}
