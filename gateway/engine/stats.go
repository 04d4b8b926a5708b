package engine

// Stats counts what happened since the gateway started, over all sessions. The driver's goroutine reads it.
type Stats struct {
	Datagrams       uint64 // received
	Malformed       uint64 // dropped: nonsense
	UnknownType     uint64 // dropped: a type that the specification reserves
	Limited         uint64 // dropped: the device sends too fast
	Ambiguous       uint64 // dropped: it may be of either version of the protocol
	ProtocolErrors  uint64 // connections ended because a device broke the rules of version 2.0
	Strangers       uint64 // from senders without a session
	Sent            uint64 // datagrams sent
	TooLong         uint64 // not sent: longer than the link carries
	Retransmissions uint64

	Protected    uint64 // protected packets that were opened
	Forged       uint64 // dropped: the tag is wrong
	Replayed     uint64 // dropped: protected, with a counter seen before, or none
	NoKey        uint64 // dropped: protected with what we have no key for
	Unprotected  uint64 // dropped: the link wants protection
	Unremembered uint64 // dropped: protected, and the disk could not be told so in time
	Unsealed     uint64 // not sent: there was no key, or no value of the counter, to protect it

	Connects     uint64
	Refused      uint64 // CONNECT refused
	Lost         uint64 // devices that fell silent
	Expired      uint64 // stored sessions that came to their end
	Moved        uint64 // sessions that went on at another address
	MovesRefused uint64
	Forbidden    uint64 // what devices asked for and the access rules do not allow
	Unapproved   uint64 // attempts to connect by devices that no operator has approved
	Unlisted     uint64 // of these: not listed, for want of room

	PublishedUp         uint64 // publications from devices
	PublishedDown       uint64 // publications to devices
	PublicationsRefused uint64
	QoSNeg1             uint64
	QoSNeg1Refused      uint64
	Dropped             uint64 // messages for devices that were given up, whatever the reason
	QueueOverflow       uint64 // of these: the queue was full
	Undeliverable       uint64 // of these: the device does not take them
	ExpiredMessages     uint64
	SameGatewayID       uint64

	RetainedDropped uint64 // messages that could not be retained for want of room

	Routed         uint64 // publications through the router
	ClientConnects uint64
	ClientRefused  uint64
	ClientDropped  uint64 // messages for ordinary clients that were given up

	ClientReceived, ClientReceivedBytes uint64 // publications from ordinary clients, and octets of their payloads
	ClientSent, ClientSentBytes         uint64 // the other way

	Forwarded    uint64 // publications that the upstream broker has taken from the spool
	Fetched      uint64 // publications from upstream
	SpoolDropped uint64 // publications that could not go upstream
	SpoolAged    uint64 // publications that waited too long for the upstream broker

	UplinkConnects uint64
	UplinkRefused  uint64
	UplinkLost     uint64

	states [Lost + 1]int
}

// Devices is how many device sessions are in a state.
func (s *Stats) Devices(state State) int { return s.states[state] }
