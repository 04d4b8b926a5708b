package config

// Limits keeps those who flood from those who do not. Rates are messages (or answers) per second.
type Limits struct {
	DeviceRate      int `yaml:"device_rate"`
	DeviceBurst     int `yaml:"device_burst"`
	AddressRate     int `yaml:"address_rate"`
	AddressBurst    int `yaml:"address_burst"`
	StrangerAnswers int `yaml:"stranger_answers"`
}

func defaultLimits() Limits {
	return Limits{DeviceRate: 1000, DeviceBurst: 2000, AddressRate: 10_000, AddressBurst: 20_000, StrangerAnswers: 100}
}

var limitKeys = []Key{
	{"limits", "What one device and one address may send. Beyond it, datagrams are dropped and counted; the protocol sends them again.", "", anything},
	{
		"limits.device_rate", "Messages a second from one device. 0: no limit.",
		"More than a sensor sends in a day, and one device alone cannot keep the gateway busy.", between(0, 10_000_000),
	},
	{
		"limits.device_burst", "Messages from one device that may come at once.",
		"What was kept while out of reach may come in one go.", between(1, 10_000_000),
	},
	{
		"limits.address_rate", "Messages a second from one address (host and port): a device, or a forwarder with all of its devices. 0: no limit.",
		"Room for a forwarder with hundreds of devices.", between(0, 10_000_000),
	},
	{
		"limits.address_burst", "Messages from one address that may come at once.",
		"As for devices, times ten.", between(1, 10_000_000),
	},
	{
		"limits.stranger_answers", "Answers a second, all together, to those who have no session: GWINFO, refusals and the like. 0: none.",
		"Plenty for a network that starts, and useless to who wants to flood somebody else through us.", between(0, 1_000_000),
	},
}
