package frame

import "fmt"

// An Addr64 is the address that a module was made with, SH followed by SL.
type Addr64 uint64

// An Addr16 is the address that a module has within its network. On Zigbee it changes when the module joins again.
type Addr16 uint16

const (
	Coordinator Addr64 = 0         // Zigbee: whoever formed the network
	Broadcast   Addr64 = 0xFFFF    // everyone
	Unknown64   Addr64 = 1<<64 - 1 // to a modem: go by the 16-bit address; from one: the 64-bit address is unknown
	Unknown16   Addr16 = 0xFFFE    // to a modem: find it out; from one: unknown
	Broadcast16 Addr16 = 0xFFFF    // everyone, in a Transmit16
	NotFound16  Addr16 = 0xFFFD    // in a TransmitStatus: no address was found
)

func (a Addr64) String() string { return fmt.Sprintf("%016X", uint64(a)) }
func (a Addr16) String() string { return fmt.Sprintf("%04X", uint16(a)) }
