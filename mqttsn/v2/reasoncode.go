package v2

import "fmt"

// A ReasonCode says how a request went, or why a connection ends (2.3). Codes below 0x80 are successes. Up to 0xA2 they
// are those of MQTT 5, from 0xE6 on MQTT-SN's own.
type ReasonCode uint8

const (
	Success                             ReasonCode = 0x00
	GrantedQoS1                         ReasonCode = 0x01
	GrantedQoS2                         ReasonCode = 0x02
	DisconnectWithWill                  ReasonCode = 0x04
	NoMatchingSubscribers               ReasonCode = 0x10
	NoSubscriptionExisted               ReasonCode = 0x11
	ContinueAuthentication              ReasonCode = 0x18
	ReAuthenticate                      ReasonCode = 0x19
	TopicAliasExists                    ReasonCode = 0x1A // session or predefined
	UnspecifiedError                    ReasonCode = 0x80
	MalformedPacket                     ReasonCode = 0x81 // cannot be parsed
	ProtocolError                       ReasonCode = 0x82 // not allowed, or out of sequence
	ImplementationSpecificError         ReasonCode = 0x83 // valid, but not for this receiver
	UnsupportedProtocolVersion          ReasonCode = 0x84
	ClientIDNotValid                    ReasonCode = 0x85
	BadUserNameOrPassword               ReasonCode = 0x86
	NotAuthorized                       ReasonCode = 0x87
	ServerUnavailable                   ReasonCode = 0x88
	ServerBusy                          ReasonCode = 0x89
	Banned                              ReasonCode = 0x8A
	ServerShuttingDown                  ReasonCode = 0x8B
	BadAuthenticationMethod             ReasonCode = 0x8C
	KeepAliveTimeout                    ReasonCode = 0x8D
	SessionTakenOver                    ReasonCode = 0x8E
	TopicFilterInvalid                  ReasonCode = 0x8F // well formed, but refused
	TopicNameInvalid                    ReasonCode = 0x90 // likewise
	PacketIDInUse                       ReasonCode = 0x91
	PacketIDNotFound                    ReasonCode = 0x92 // normal in recovery
	ReceiveMaximumExceeded              ReasonCode = 0x93 // more than one request is open
	TopicAliasInvalid                   ReasonCode = 0x94
	PacketTooLarge                      ReasonCode = 0x95
	PacketRateTooHigh                   ReasonCode = 0x96
	QuotaExceeded                       ReasonCode = 0x97
	AdministrativeAction                ReasonCode = 0x98
	PayloadFormatInvalid                ReasonCode = 0x99
	RetainNotSupported                  ReasonCode = 0x9A
	QoSNotSupported                     ReasonCode = 0x9B
	UseAnotherServer                    ReasonCode = 0x9C // for now; the client has to know which
	ServerMoved                         ReasonCode = 0x9D // for good; likewise
	SharedSubscriptionsNotSupported     ReasonCode = 0x9E
	ConnectionRateExceeded              ReasonCode = 0x9F
	MaximumConnectTime                  ReasonCode = 0xA0
	SubscriptionIdentifiersNotSupported ReasonCode = 0xA1
	WildcardSubscriptionsNotSupported   ReasonCode = 0xA2
	ProtectionRequired                  ReasonCode = 0xE6 // "only PROTECTION packet supported"
	ProtectionSchemeInvalid             ReasonCode = 0xE7
	UnknownSenderID                     ReasonCode = 0xE8
	UnknownTopicAlias                   ReasonCode = 0xF0
	Congestion                          ReasonCode = 0xF1 // try again, in some minutes
	ProtectionNotSupported              ReasonCode = 0xF2
	ForwarderNotSupported               ReasonCode = 0xF3
	NoVirtualConnection                 ReasonCode = 0xF4

	NormalDisconnection = Success // as DISCONNECT calls it: the will is discarded
	GrantedQoS0         = Success // as SUBACK calls it
)

// Failed tells whether the code says that something was refused or has failed.
func (c ReasonCode) Failed() bool { return c >= 0x80 }

// Allowed tells whether the draft lets a peer in this role put the code into a packet of the type (3.2.4-1, 3.3.3-1, and
// so on). Senders must ask; receivers need not.
func (c ReasonCode) Allowed(t Type, from Role) bool {
	if t >= 32 || !t.SentBy(from) {
		return false
	}
	allowed := reasonCodes[c].anyone
	if from == Server {
		allowed |= reasonCodes[c].server
	} else {
		allowed |= reasonCodes[c].client
	}
	return allowed&(1<<t) != 0
}

// String names the code in one word: "success", "unknown-topic-alias", and "0xEA" for a reserved one.
func (c ReasonCode) String() string {
	if name := reasonCodes[c].name; name != "" {
		return name
	}
	return fmt.Sprintf("0x%02X", uint8(c))
}

// Sets of packet types, one bit each, and those that the table below repeats.
const (
	connack    = 1 << TypeConnack
	puback     = 1 << TypePuback
	pubrec     = 1 << TypePubrec
	pubrel     = 1 << TypePubrel
	pubcomp    = 1 << TypePubcomp
	suback     = 1 << TypeSuback
	unsuback   = 1 << TypeUnsuback
	disconnect = 1 << TypeDisconnect
	auth       = 1 << TypeAuth
	regack     = 1 << TypeRegack
	sleepresp  = 1 << TypeSleepresp

	publishAcks   = puback | pubrec
	subscribeAcks = suback | unsuback
)

// reasonCodes is the draft's table, with two readings of our own. A SLEEPRESP that refuses has no code in its list, we
// use UnspecifiedError. ProtectionRequired may be in "any packet", which can only mean those that tell of a connection's
// end. PINGRESP, for which PacketIDInUse is listed, has no field for it.
var reasonCodes = [256]struct {
	name                   string
	anyone, server, client uint32 // the packets that may have it from either side, from one side only
}{
	Success: {name: "success", server: auth,
		anyone: connack | subscribeAcks | regack | publishAcks | pubrel | pubcomp | sleepresp | disconnect},
	GrantedQoS1:                         {name: "granted-qos-1", anyone: suback},
	GrantedQoS2:                         {name: "granted-qos-2", anyone: suback},
	DisconnectWithWill:                  {name: "disconnect-with-will", client: disconnect},
	NoMatchingSubscribers:               {name: "no-matching-subscribers", anyone: publishAcks},
	NoSubscriptionExisted:               {name: "no-subscription-existed", anyone: unsuback},
	ContinueAuthentication:              {name: "continue-authentication", anyone: auth},
	ReAuthenticate:                      {name: "re-authenticate", client: auth},
	TopicAliasExists:                    {name: "topic-alias-exists", anyone: regack},
	UnspecifiedError:                    {name: "unspecified-error", anyone: connack | publishAcks | subscribeAcks | disconnect | sleepresp},
	MalformedPacket:                     {name: "malformed-packet", anyone: connack | disconnect},
	ProtocolError:                       {name: "protocol-error", anyone: connack | disconnect},
	ImplementationSpecificError:         {name: "implementation-specific-error", anyone: connack | publishAcks | regack | subscribeAcks | disconnect},
	UnsupportedProtocolVersion:          {name: "unsupported-protocol-version", anyone: connack},
	ClientIDNotValid:                    {name: "client-id-not-valid", anyone: connack},
	BadUserNameOrPassword:               {name: "bad-user-name-or-password", anyone: connack},
	NotAuthorized:                       {name: "not-authorized", anyone: connack | publishAcks | regack | subscribeAcks, server: disconnect},
	ServerUnavailable:                   {name: "server-unavailable", anyone: connack},
	ServerBusy:                          {name: "server-busy", anyone: connack, server: disconnect},
	Banned:                              {name: "banned", anyone: connack},
	ServerShuttingDown:                  {name: "server-shutting-down", server: disconnect},
	BadAuthenticationMethod:             {name: "bad-authentication-method", anyone: connack | disconnect},
	KeepAliveTimeout:                    {name: "keep-alive-timeout", server: disconnect},
	SessionTakenOver:                    {name: "session-taken-over", server: disconnect},
	TopicFilterInvalid:                  {name: "topic-filter-invalid", anyone: subscribeAcks, server: disconnect},
	TopicNameInvalid:                    {name: "topic-name-invalid", anyone: connack | publishAcks, server: disconnect},
	PacketIDInUse:                       {name: "packet-id-in-use", anyone: publishAcks | subscribeAcks | regack | sleepresp},
	PacketIDNotFound:                    {name: "packet-id-not-found", anyone: pubrel | pubcomp},
	ReceiveMaximumExceeded:              {name: "receive-maximum-exceeded", anyone: disconnect},
	TopicAliasInvalid:                   {name: "topic-alias-invalid", server: disconnect},
	PacketTooLarge:                      {name: "packet-too-large", anyone: connack | disconnect},
	PacketRateTooHigh:                   {name: "packet-rate-too-high", anyone: disconnect},
	QuotaExceeded:                       {name: "quota-exceeded", anyone: regack | suback | disconnect},
	AdministrativeAction:                {name: "administrative-action", anyone: disconnect},
	PayloadFormatInvalid:                {name: "payload-format-invalid", anyone: publishAcks, server: disconnect},
	RetainNotSupported:                  {name: "retain-not-supported", anyone: connack, server: disconnect},
	QoSNotSupported:                     {name: "qos-not-supported", anyone: connack, server: disconnect},
	UseAnotherServer:                    {name: "use-another-server", anyone: connack, server: disconnect},
	ServerMoved:                         {name: "server-moved", anyone: connack, server: disconnect},
	SharedSubscriptionsNotSupported:     {name: "shared-subscriptions-not-supported", anyone: suback, server: disconnect},
	ConnectionRateExceeded:              {name: "connection-rate-exceeded", anyone: connack, server: disconnect},
	MaximumConnectTime:                  {name: "maximum-connect-time", server: disconnect},
	SubscriptionIdentifiersNotSupported: {name: "subscription-identifiers-not-supported", anyone: suback, server: disconnect},
	WildcardSubscriptionsNotSupported:   {name: "wildcard-subscriptions-not-supported", anyone: suback, server: disconnect},
	ProtectionRequired:                  {name: "protection-required", anyone: connack | disconnect},
	ProtectionSchemeInvalid:             {name: "protection-scheme-invalid", anyone: disconnect},
	UnknownSenderID:                     {name: "unknown-sender-id", anyone: disconnect},
	UnknownTopicAlias:                   {name: "unknown-topic-alias", anyone: publishAcks | subscribeAcks | regack},
	Congestion:                          {name: "congestion", anyone: suback | regack | connack | publishAcks},
	ProtectionNotSupported:              {name: "protection-not-supported", anyone: disconnect},
	ForwarderNotSupported:               {name: "forwarder-not-supported", anyone: disconnect},
	NoVirtualConnection:                 {name: "no-virtual-connection", anyone: disconnect},
}
