package v2

import "encoding/binary"

// ProtocolVersion is the Protocol Version of this version of the protocol (3.1.5). Version 1.2 has 1.
const ProtocolVersion = 0x02

// NeverExpires is the Session Expiry Interval of a session that is kept for ever (3.1.9).
const NeverExpires = 0xFFFFFFFF

// MinMaxPacketSize is the smallest Maximum Packet Size that a client may announce, unless it announces none (3.1.7-1).
const MinMaxPacketSize = 10

// Connect asks a server for a Virtual Connection (3.1). It is never sent again: a new attempt is a new packet.
//
//	Flags(1) [WillFlags(1)] PacketID(2) Version(1) KeepAlive(2) MaxPacketSize(2) [AwakeMessages(1)] [SessionExpiry(4)]
//	[will] [authentication] ClientID(n)
type Connect struct {
	CleanStart bool // throw away an old session
	NetAddr    bool // the client's address may change: Connection Encapsulation is allowed
	SrvSugg    bool // the server may return its own keep alive, session expiry and sleep duration

	PacketID      uint16 // not 0
	KeepAlive     uint16 // seconds, not 0
	MaxPacketSize uint16 // octets, the longest packet that the client takes; 0 is no limit, 1 to 9 are an error
	AwakeMessages uint8  // how many messages the client takes each time it wakes; 0 leaves that to the server
	SessionExpiry uint32 // seconds after the connection; 0 ends the session with it, [NeverExpires] never

	HasWill bool
	Will    Will

	HasAuth bool
	Auth    Authentication

	ClientID []byte // none asks the server to assign one
}

const (
	flagCleanStart       = 1 << 0
	flagWill             = 1 << 1
	flagConnectAuth      = 1 << 2
	flagConnectExpiry    = 1 << 3
	flagAwakeMessages    = 1 << 4
	flagNetAddr          = 1 << 5
	flagSrvSugg          = 1 << 6
	connectFlagsReserved = 1 << 7

	connectFixed = 8 // all fields that are always there
)

func (Connect) Type() Type { return TypeConnect }
func (p Connect) Len() int { return packetLen(p.body()) }

func (p Connect) flags() byte {
	return bit(p.CleanStart, flagCleanStart) | bit(p.HasWill, flagWill) | bit(p.HasAuth, flagConnectAuth) |
		bit(p.SessionExpiry > 0, flagConnectExpiry) | bit(p.AwakeMessages > 0, flagAwakeMessages) |
		bit(p.NetAddr, flagNetAddr) | bit(p.SrvSugg, flagSrvSugg)
}

func (p Connect) body() int {
	n := connectFixed + len(p.ClientID)
	if p.AwakeMessages > 0 {
		n++
	}
	if p.SessionExpiry > 0 {
		n += 4
	}
	if p.HasWill {
		n += 1 + p.Will.len()
	}
	if p.HasAuth {
		n += p.Auth.len()
	}
	return n
}

func (p Connect) Append(b []byte) []byte {
	if p.HasAuth && !p.Auth.encodable() {
		return b
	}
	b, ok := appendHeader(b, TypeConnect, p.body())
	if !ok {
		return b
	}
	b = append(b, p.flags())
	if p.HasWill {
		b = append(b, p.Will.flags())
	}
	b = binary.BigEndian.AppendUint16(b, p.PacketID)
	b = append(b, ProtocolVersion)
	b = binary.BigEndian.AppendUint16(b, p.KeepAlive)
	b = binary.BigEndian.AppendUint16(b, p.MaxPacketSize)
	if p.AwakeMessages > 0 {
		b = append(b, p.AwakeMessages)
	}
	if p.SessionExpiry > 0 {
		b = binary.BigEndian.AppendUint32(b, p.SessionExpiry)
	}
	if p.HasWill {
		b = p.Will.append(b)
	}
	if p.HasAuth {
		b = p.Auth.append(b)
	}
	return append(b, p.ClientID...)
}

func (p *Connect) Parse(body []byte) error {
	r := read(TypeConnect, body)
	flags := r.flags(connectFlagsReserved)
	*p = Connect{
		CleanStart: flags&flagCleanStart != 0,
		NetAddr:    flags&flagNetAddr != 0,
		SrvSugg:    flags&flagSrvSugg != 0,
		HasWill:    flags&flagWill != 0,
		HasAuth:    flags&flagConnectAuth != 0,
	}
	var willFlags byte
	if p.HasWill {
		willFlags = r.flags(willFlagsReserved)
	}
	p.PacketID = r.packetID()
	r.version()
	if p.KeepAlive = r.uint16(); p.KeepAlive == 0 {
		r.protocol(ErrKeepAlive)
	}
	if p.MaxPacketSize = r.uint16(); p.MaxPacketSize > 0 && p.MaxPacketSize < MinMaxPacketSize {
		r.protocol(ErrMaxPacketSize)
	}
	if flags&flagAwakeMessages != 0 {
		p.AwakeMessages = r.octet()
	}
	if flags&flagConnectExpiry != 0 {
		p.SessionExpiry = r.uint32()
	}
	if p.HasWill {
		p.Will = r.will(willFlags)
	}
	if p.HasAuth {
		p.Auth = r.authentication()
	}
	p.ClientID = r.textTail()
	return r.done()
}

// version refuses any other version, whatever else seems to be wrong: another version may have given a meaning to it.
func (r *reader) version() {
	if v := r.octet(); v != ProtocolVersion && r.fault != ErrTruncated {
		r.reason, r.fault = UnsupportedProtocolVersion, ErrVersion
	}
}

func (p Connect) String() string {
	will, auth := "", ""
	if p.HasWill {
		will = p.Will.String()
	}
	if p.HasAuth {
		auth = p.Auth.String()
	}
	return line(TypeConnect, quoted("client", p.ClientID), field("pid", p.PacketID), field("keepalive", p.KeepAlive),
		nonzero("maxsize", p.MaxPacketSize), nonzero("awake", p.AwakeMessages),
		when(p.SessionExpiry > 0, field("expiry", seconds(p.SessionExpiry))),
		when(p.CleanStart, "clean"), when(p.NetAddr, "netaddr"), when(p.SrvSugg, "srvsugg"), auth, will)
}

// bit is the flag if the condition holds, else nothing.
func bit(cond bool, flag byte) byte {
	if cond {
		return flag
	}
	return 0
}
