package frame

import "fmt"

// A Delivery is what became of a packet, in a TransmitStatus or a TxStatus: the codes that old firmware has in the
// latter, 0x00 to 0x03, mean the same. Delivered is success on the radio link only; a broadcast is always delivered.
type Delivery uint8

const (
	Delivered         Delivery = 0x00
	NoMACAck          Delivery = 0x01
	ChannelBusy       Delivery = 0x02
	NotRequested      Delivery = 0x03
	TransceiverFailed Delivery = 0x04
	InvalidEndpoint   Delivery = 0x15
	NoNetworkAck      Delivery = 0x21
	NotJoined         Delivery = 0x22
	SelfAddressed     Delivery = 0x23
	AddressNotFound   Delivery = 0x24
	RouteNotFound     Delivery = 0x25
	NotRelayed        Delivery = 0x26
	InvalidBinding    Delivery = 0x2B
	ResourceError     Delivery = 0x2C
	BroadcastWithAPS  Delivery = 0x2D
	APSWithoutEE      Delivery = 0x2E
	InternalError     Delivery = 0x31
	OutOfBuffers      Delivery = 0x32
	NoSecureSession   Delivery = 0x34
	EncryptionFailure Delivery = 0x35
	PayloadTooLarge   Delivery = 0x74
	Unrequested       Delivery = 0x75
)

// A Class says what a sender can do about a Delivery.
type Class uint8

const (
	Success       Class = iota
	Link                // the peer was not reached: the message's sender may try again
	Congestion          // our own modem is short of air or buffers: send the same frame again after a pause
	Local               // our own modem or network is in trouble
	Permanent           // the packet can never be sent: too long
	Configuration       // somebody has to change a setting
)

var deliveries = map[Delivery]struct {
	class Class
	text  string
}{
	Delivered:         {Success, "delivered"},
	NoMACAck:          {Link, "no acknowledgement from the next hop"},
	ChannelBusy:       {Congestion, "the channel is busy"},
	NotRequested:      {Link, "a sleeping child did not ask for it"},
	TransceiverFailed: {Local, "the transceiver could not complete the transmission"},
	InvalidEndpoint:   {Configuration, "invalid destination endpoint"},
	NoNetworkAck:      {Link, "no acknowledgement from the destination"},
	NotJoined:         {Local, "the modem has not joined a network"},
	SelfAddressed:     {Configuration, "the destination is the modem itself"},
	AddressNotFound:   {Link, "address not found"},
	RouteNotFound:     {Link, "route not found"},
	NotRelayed:        {Link, "no neighbour relayed the broadcast"},
	InvalidBinding:    {Configuration, "invalid binding table index"},
	ResourceError:     {Congestion, "the modem lacks resources, or a field of the frame is invalid"},
	BroadcastWithAPS:  {Configuration, "a broadcast cannot have APS encryption"},
	APSWithoutEE:      {Configuration, "APS encryption needs EE=1"},
	InternalError:     {Local, "internal error of the modem"},
	OutOfBuffers:      {Congestion, "the modem has no free buffer"},
	NoSecureSession:   {Configuration, "no secure session with the destination"},
	EncryptionFailure: {Configuration, "encryption failed: are the keys the same everywhere?"},
	PayloadTooLarge:   {Permanent, "the payload is too large"},
	Unrequested:       {Link, "a sleeping child did not ask for it"},
}

// Class tells what kind of outcome d is. An unknown code counts as Link: the packet did not arrive, trying again is
// harmless.
func (d Delivery) Class() Class {
	if known, ok := deliveries[d]; ok {
		return known.class
	}
	return Link
}

func (d Delivery) String() string {
	if known, ok := deliveries[d]; ok {
		return known.text
	}
	return fmt.Sprintf("transmit status 0x%02X", uint8(d))
}
