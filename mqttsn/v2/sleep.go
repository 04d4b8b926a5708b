package v2

import "encoding/binary"

// Sleepreq says that a client is going to sleep (3.15). Its Virtual Connection stays.
//
//	Flags(1) PacketID(2) Duration(4)
type Sleepreq struct {
	RetainAliases bool // keep the session topic aliases; predefined ones stay in any case
	PacketID      uint16
	Duration      uint32 // seconds, not 0
}

const (
	flagRetainAliases     = 1 << 0
	sleepreqFlagsReserved = 0xFE

	sleepreqBody = 7
)

func (Sleepreq) Type() Type { return TypeSleepreq }
func (Sleepreq) Len() int   { return shortHeader + sleepreqBody }

func (p Sleepreq) Append(b []byte) []byte {
	b = append(b, byte(p.Len()), byte(TypeSleepreq), bit(p.RetainAliases, flagRetainAliases))
	b = binary.BigEndian.AppendUint16(b, p.PacketID)
	return binary.BigEndian.AppendUint32(b, p.Duration)
}

func (p *Sleepreq) Parse(body []byte) error {
	r := read(TypeSleepreq, body)
	flags := r.flags(sleepreqFlagsReserved)
	*p = Sleepreq{RetainAliases: flags&flagRetainAliases != 0, PacketID: r.packetID(), Duration: r.duration()}
	return r.done()
}

func (p Sleepreq) String() string {
	return line(TypeSleepreq, field("duration", p.Duration), field("pid", p.PacketID), when(p.RetainAliases, "retain-aliases"))
}

// Sleepresp answers a SLEEPREQ (3.16).
//
//	Flags(1) PacketID(2) [Duration(4)] [Reason(1)]
type Sleepresp struct {
	PacketID uint16
	Duration uint32 // seconds, the server's choice, only if the client has set SrvSugg; 0 if there is none
	Reason   ReasonCode
}

const (
	flagSleepDuration      = 1 << 0
	sleeprespFlagsReserved = 0xFE

	sleeprespFixed = 3
)

func (Sleepresp) Type() Type { return TypeSleepresp }

func (p Sleepresp) Len() int {
	n := shortHeader + sleeprespFixed + reasonLen(p.Reason)
	if p.Duration > 0 {
		n += 4
	}
	return n
}

func (p Sleepresp) Append(b []byte) []byte {
	b = append(b, byte(p.Len()), byte(TypeSleepresp), bit(p.Duration > 0, flagSleepDuration))
	b = binary.BigEndian.AppendUint16(b, p.PacketID)
	if p.Duration > 0 {
		b = binary.BigEndian.AppendUint32(b, p.Duration)
	}
	return appendReason(b, p.Reason)
}

func (p *Sleepresp) Parse(body []byte) error {
	r := read(TypeSleepresp, body)
	flags := r.flags(sleeprespFlagsReserved)
	*p = Sleepresp{PacketID: r.packetID()}
	if flags&flagSleepDuration != 0 {
		p.Duration = r.duration()
	}
	p.Reason = r.reasonCode()
	return r.done()
}

func (p Sleepresp) String() string {
	return line(TypeSleepresp, p.Reason.String(), nonzero("duration", p.Duration), field("pid", p.PacketID))
}

// duration is of a sleep, which takes some time (3.15.4-1).
func (r *reader) duration() uint32 {
	d := r.uint32()
	if d == 0 {
		r.protocol(ErrDuration)
	}
	return d
}

// Wakeup is a hint to a sleeping client that messages wait for it (3.14). It may sleep on. There are no fields.
type Wakeup struct{}

func (Wakeup) Type() Type             { return TypeWakeup }
func (Wakeup) Len() int               { return shortHeader }
func (Wakeup) Append(b []byte) []byte { return append(b, shortHeader, byte(TypeWakeup)) }
func (Wakeup) String() string         { return line(TypeWakeup) }

func (Wakeup) Parse(body []byte) error {
	r := read(TypeWakeup, body)
	return r.done()
}
