package trace

import (
	"encoding/binary"
	"io"
	"net/netip"
)

// A Writer writes packets as a pcapng file (draft-ietf-opsawg-pcapng). Each link is an interface in it. All packets are
// UDP datagrams, so that a dissector for MQTT-SN finds them, and a comment says whose they are.
//
//	block  type(4) length(4) body padding length(4)
type Writer struct {
	w     io.Writer
	links []Link
	buf   []byte // blocks that are not written yet
	block int    // where the last of them begins
}

const (
	blockSection   = 0x0a0d0d0a
	blockInterface = 1
	blockPacket    = 6
	byteOrderMagic = 0x1a2b3c4d

	linkTypeRaw = 101 // packets begin with the IP header

	optionEnd         = 0
	optionComment     = 1
	optionApplication = 4 // of a section
	optionName        = 2 // of an interface
	optionDescription = 3
	optionResolution  = 9
	optionDropped     = 4 // of a packet

	nanoseconds = 9 // a tenth to the power of it is the unit of time
)

var order = binary.LittleEndian

// NewWriter begins a file with all links of a gateway, by engine.LinkID. Application says what writes it.
func NewWriter(w io.Writer, application string, links []Link) (*Writer, error) {
	c := &Writer{w: w, links: links}
	c.begin(blockSection)
	c.u32(byteOrderMagic)
	c.buf = append(c.buf, 1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255) // version 1.0, length unknown
	c.option(optionApplication, application)
	c.end()
	for i := range links {
		c.begin(blockInterface)
		c.u32(linkTypeRaw)
		c.u32(0) // packets of any length
		c.option(optionName, links[i].Name)
		c.option(optionDescription, links[i].Type+" link of the gateway; decode its UDP ports as MQTT-SN")
		c.option(optionResolution, string([]byte{nanoseconds}))
		c.end()
	}
	return c, c.flush()
}

// Write writes one packet. Peer is the device's address on a UDP link, and invalid elsewhere. The comment is for people.
func (c *Writer) Write(p *Packet, peer netip.AddrPort, comment string) error {
	number := int(p.Addr.Link)
	from, to := c.links[number].ends(number, p, netip.AddrPortFrom(peer.Addr().WithZone(""), peer.Port()))
	data := p.Data[:min(len(p.Data), maxUDP)]
	octets := appendUDP(nil, from, to, data)
	at := uint64(p.At.UnixNano())

	c.begin(blockPacket)
	c.u32(uint32(number))
	c.u32(uint32(at >> 32))
	c.u32(uint32(at))
	c.u32(uint32(len(octets)))
	c.u32(uint32(len(octets)))
	c.buf = append(c.buf, octets...)
	c.pad()
	if p.Lost > 0 {
		c.option(optionDropped, string(order.AppendUint64(nil, p.Lost)))
	}
	c.option(optionComment, comment)
	c.end()
	return c.flush()
}

// begin begins a block, and end puts its length at both of its ends.
func (c *Writer) begin(kind uint32) {
	c.block = len(c.buf)
	c.u32(kind)
	c.u32(0)
}

func (c *Writer) end() {
	c.buf = append(c.buf, optionEnd, 0, 0, 0)
	length := uint32(len(c.buf) - c.block + 4)
	order.PutUint32(c.buf[c.block+4:], length)
	c.u32(length)
}

func (c *Writer) u32(v uint32) { c.buf = order.AppendUint32(c.buf, v) }

// option appends an option. Values of more than 64 KiB are cut.
func (c *Writer) option(code uint16, value string) {
	value = value[:min(len(value), 0xffff)]
	c.buf = order.AppendUint16(c.buf, code)
	c.buf = order.AppendUint16(c.buf, uint16(len(value)))
	c.buf = append(c.buf, value...)
	c.pad()
}

// pad fills up to four octets.
func (c *Writer) pad() {
	for len(c.buf)%4 != 0 {
		c.buf = append(c.buf, 0)
	}
}

func (c *Writer) flush() error {
	_, err := c.w.Write(c.buf)
	c.buf = c.buf[:0]
	return err
}
