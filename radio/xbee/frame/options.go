package frame

// TxOptions is how a packet is to be sent. The bits depend on family and frame; 0 is always right, and unused bits must
// be 0.
type TxOptions uint8

const (
	NoRetries       TxOptions = 0x01 // Zigbee: no retries, no route repair; elsewhere: no acknowledgement
	NoDiscovery     TxOptions = 0x02 // DigiMesh: no route discovery
	AllPANs         TxOptions = 0x04 // Transmit64 and Transmit16: broadcast to every PAN
	Nack            TxOptions = 0x04 // DigiMesh: report every failed hop
	TraceRoute      TxOptions = 0x08 // DigiMesh: report every hop
	SecureSession   TxOptions = 0x10 // XBee 3
	EncryptAPS      TxOptions = 0x20 // Zigbee with EE=1; costs up to 9 octets of payload
	ExtendedTimeout TxOptions = 0x40 // Zigbee: the destination may sleep
	ApplyChanges    TxOptions = 0x02 // RemoteAT: at once, without an AC
)

// RxOptions is how a packet came. Families add bits of their own: test with [RxOptions.Has], never compare.
type RxOptions uint8

const (
	Acknowledged    RxOptions = 0x01
	WasBroadcast    RxOptions = 0x02 // to everyone in the PAN
	WasPANBroadcast RxOptions = 0x04 // Receive64 and Receive16: to everyone in every PAN
	WasEncrypted    RxOptions = 0x20 // Zigbee: APS encryption
	FromEndDevice   RxOptions = 0x40 // Zigbee, if known
)

// Has tells whether any of the bits in o are set.
func (r RxOptions) Has(o RxOptions) bool { return r&o != 0 }
