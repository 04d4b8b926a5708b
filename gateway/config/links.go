package config

import (
	"net/netip"
	"time"
)

// A LinkType is a kind of network.
type LinkType string

const (
	UDP    LinkType = "udp"
	DTLS   LinkType = "dtls"
	XBee   LinkType = "xbee"
	Serial LinkType = "serial"
)

// LinkTypes are all kinds.
var LinkTypes = []LinkType{UDP, DTLS, XBee, Serial}

// A Link is one network over which devices are reached.
type Link struct {
	Name          string        `yaml:"name"`
	Type          LinkType      `yaml:"type"`
	Listen        string        `yaml:"listen"`
	Multicast     []Multicast   `yaml:"multicast"`
	MulticastHops int           `yaml:"multicast_hops"`
	Advertise     time.Duration `yaml:"advertise"`
	RetryInterval time.Duration `yaml:"retry_interval"`
	Retries       int           `yaml:"retries"`
	MTU           int           `yaml:"mtu"`
	ReceiveBuffer Size          `yaml:"receive_buffer"`

	MaxDevices int  `yaml:"max_devices"` // these three: 0 is no limit
	MaxPayload Size `yaml:"max_payload"`
	MaxRate    int  `yaml:"max_rate"`

	GatewayID  uint8             `yaml:"gateway_id"` // 0: the gateway's
	Predefined map[uint16]string `yaml:"predefined"`
	Protection string            `yaml:"protection"`

	// Of the serial kinds.
	Port        string `yaml:"port"`
	Baud        int    `yaml:"baud"`
	FlowControl bool   `yaml:"flow_control"`
	TwoStopBits bool   `yaml:"two_stop_bits"`
	Framing     string `yaml:"framing"` // of a raw serial line

	// Of XBee modems.
	Explicit        bool `yaml:"explicit"`
	APSEncryption   bool `yaml:"aps_encryption"`
	ExtendedTimeout bool `yaml:"extended_timeout"`

	// Of DTLS.
	KeysFile    string `yaml:"keys_file"`
	Certificate string `yaml:"certificate"`
	PrivateKey  string `yaml:"private_key"`
	ClientCA    string `yaml:"client_ca"`

	MaxConnections int           `yaml:"max_connections"`
	IdleTimeout    time.Duration `yaml:"idle_timeout"`
}

// Multicast is a group in which a UDP link finds devices and is found by them.
type Multicast struct {
	Group     string `yaml:"group"`
	Interface string `yaml:"interface"`
}

// Addr is the group's address, with port 0 where the link's is meant.
func (m Multicast) Addr() (netip.AddrPort, error) {
	if a, err := netip.ParseAddr(m.Group); err == nil {
		return netip.AddrPortFrom(a, 0), nil
	}
	return netip.ParseAddrPort(m.Group)
}

func defaultLink() Link {
	return Link{
		Name:          "udp",
		Type:          UDP,
		Listen:        ":1884",
		MulticastHops: 1,
		Advertise:     15 * time.Minute,
		RetryInterval: 10 * time.Second,
		Retries:       4,
		ReceiveBuffer: 4 << 20,
		Protection:    ProtectionOptional,
		Baud:          115200,
		Framing:       "slip",

		MaxConnections: 1000,
		IdleTimeout:    day,
	}
}

var linkKeys = []Key{
	{"links", "The networks over which devices are reached, each with a name of its own.",
		"Devices on the local network need nothing else.", atLeastOne},
	{
		"links[].name", "Name of the link, in logs and wherever a device's address is kept. Keep it when the rest changes.",
		"Says what it is, while there is one.", identifier,
	},
	{
		"links[].type", "Kind of network: `udp`, `dtls` (UDP with keys or certificates), `xbee` (an XBee modem at a serial port), " +
			"`serial` (a raw serial line).",
		"Needs no hardware.", oneOf(LinkTypes...),
	},
	{
		"links[].listen", "Kinds `udp` and `dtls`: address and UDP port at which datagrams arrive. Without an address: all of the machine's, IPv4 and IPv6.",
		"Where the tools of this project look, and many devices in the field.", address,
	},
	{
		"links[].multicast", "Groups in which the link sends ADVERTISE and listens for SEARCHGW.",
		"Multicast goes to everyone in the network, which is for its owner to decide.",
		like("[{group: 239.255.18.84, interface: eth0}]"),
	},
	{
		"links[].multicast[].group", "Address of a multicast group, IPv4 or IPv6, or an IPv4 broadcast address. With a port, or the link's.",
		"There is none: it must be given.", group,
	},
	{
		"links[].multicast[].interface", "Network interface on which to join the group. Empty: the system's choice.",
		"Right on machines with one network.", anything,
	},
	{
		"links[].multicast_hops", "How many routers a multicast may pass, plus one. SEARCHGW and GWINFO ask for less, never for more.",
		"Stays in the local network.", between(1, 255),
	},
	{
		"links[].advertise", "T_ADV: how often ADVERTISE is sent to the link's multicast groups. 0: never.",
		"The specification suggests more than 15 minutes; devices in a hurry send SEARCHGW.",
		zeroOr(wholeSeconds(between(time.Second, 65535*time.Second))),
	},
	{
		"links[].retry_interval", "T_retry: how long to wait for a device's answer before a message is sent again.",
		"The specification suggests 10 to 15 seconds; a network that loses much is served best by the shorter.",
		between(100*time.Millisecond, 10*time.Minute),
	},
	{
		"links[].retries", "N_retry: how often a message is sent again before the device counts as lost.",
		"The specification suggests 3 to 5.", between(0, 100),
	},
	{
		"links[].mtu", "Largest datagram sent to devices, in octets. Messages that need more are not delivered. 0: as much as the link carries.",
		"The link knows best. Lower it for networks that drop fragments, 1400 for instance.", zeroOr(between(20, 65507)),
	},
	{
		"links[].receive_buffer", "Memory that the system keeps for datagrams which the gateway has not read yet.",
		"Holds the burst of several thousand devices that wake at once. Linux grants no more than net.core.rmem_max.",
		between[Size](64<<10, 1<<30),
	},
	{
		"links[].max_devices", "How many devices may be connected on the link at once; one more is told congestion. 0: no limit.",
		"All links share `sessions.max`.", between(0, 10_000_000),
	},
	{
		"links[].max_payload", "Longest payload that devices of the link may publish, wills included. Longer ones are refused with \"not supported\", of QoS 0 and -1 dropped, " +
			"and counted. 0: what fits a datagram.",
		"Sensors have little to say, and a datagram holds no more than 64 KiB anyway.", between[Size](0, 64<<10),
	},
	{
		"links[].max_rate", "Messages a second from all devices of the link together. What is more is dropped and counted, and the protocol sends it again. 0: no limit.",
		"Each device has its own, `limits.device_rate`.", between(0, 10_000_000),
	},
	{
		"links[].gateway_id", "GwId on this link, where it must be another than `gateway.id`. 0: the same.",
		"One gateway, one id.", between[uint8](0, 255),
	},
	{
		"links[].predefined", "Predefined topic ids of this link's devices. They come before those of all devices.",
		"Rarely needed.", topics,
	},
	{
		"links[].protection", "Whether devices of MQTT-SN 2.0 have to protect their packets (see `protection`). `required`: they do, those of 1.2 are " +
			"served as ever; `exclusive`: nobody else is served.",
		"A key makes a protected device; the others have none.", oneOf(ProtectionOptional, ProtectionRequired, ProtectionExclusive),
	},
	{
		"links[].port", "Kinds `xbee` and `serial`: the port's path, a name below `/dev/serial/by-id`, or vendor, product and serial number " +
			"(`0403:6015/DN01ABCD`). `mqttsn-gateway serial list` shows them.",
		"There is none: it must be given.", like("/dev/serial/by-id/usb-FTDI_FT230X_Basic_UART_DN01ABCD-if00-port0"),
	},
	{
		"links[].baud", "Kinds `xbee` and `serial`: speed of the line in bits per second.",
		"As fast as every modem goes. An XBee that is new has 9600: `mqttsn-gateway xbee doctor --fix` changes it.", between(300, 4_000_000),
	},
	{
		"links[].flow_control", "Kinds `xbee` and `serial`: hardware flow control with RTS and CTS, which must be wired.",
		"A CTS that nobody drives stops everything.", anything,
	},
	{
		"links[].two_stop_bits", "Kinds `xbee` and `serial`: send two stop bits rather than one, for old modules that miss their speed by some per cent.",
		"The other side expects one.", anything,
	},
	{
		"links[].framing", "Kind `serial`: how messages are told apart on the line.",
		"The simplest to write for a microcontroller; those with `crc`, and `hdlc`, notice damage.", oneOf("slip", "slip-crc", "cobs", "cobs-crc", "hdlc"),
	},
	{
		"links[].explicit", "Kind `xbee`: send explicit addressing frames (0x11) rather than plain ones (0x10).",
		"Plain frames carry more on the serial line and say the same.", anything,
	},
	{
		"links[].aps_encryption", "Kind `xbee`, Zigbee: encrypt each message between gateway and device too (APS). It costs 9 octets of payload.",
		"The network's own encryption (EE) is what most have.", anything,
	},
	{
		"links[].extended_timeout", "Kind `xbee`, Zigbee: let the modem wait longer for the acknowledgement of a sleeping module.",
		"A device that is gone would hold up others for longer.", anything,
	},
	{
		"links[].keys_file", "Kind `dtls`: file of pre-shared keys, a line `identity:hexadecimal key` for each device.",
		"There is none: it, or a certificate, must be given.", anything,
	},
	{"links[].certificate", "Kind `dtls`: the gateway's certificate, PEM.", "Keys are smaller on a device.", anything},
	{"links[].private_key", "Kind `dtls`: its private key, PEM.", "Keys are smaller on a device.", anything},
	{
		"links[].client_ca", "Kind `dtls`: certificates of the authorities that sign the devices', PEM. Goes together with `certificate`.",
		"Keys are smaller on a device.", anything,
	},
	{
		"links[].max_connections", "Kind `dtls`: how many connections there may be, of 50 KB each. One more ends that which was silent longest.",
		"Bounds the memory to 50 MB.", between(1, 1_000_000),
	},
	{
		"links[].idle_timeout", "Kind `dtls`: how long a connection may be silent. A device that was silent for longer has to shake hands again.",
		"Longer than the longest sleep of MQTT-SN, 18h12m15s.", between(time.Minute, 365*day),
	},
}
