package config

// Limits keeps those who flood from those who do not. Rates are messages (or answers) per second.
type Limits struct {
	DeviceRate      int `yaml:"device_rate"`
	DeviceBurst     int `yaml:"device_burst"`
	ForwarderRate   int `yaml:"forwarder_rate"`
	ForwarderBurst  int `yaml:"forwarder_burst"`
	StrangerAnswers int `yaml:"stranger_answers"`
	Applicants      int `yaml:"applicants"`
}

func defaultLimits() Limits {
	return Limits{DeviceRate: 10_000, DeviceBurst: 20_000, ForwarderRate: 20_000, ForwarderBurst: 40_000, StrangerAnswers: 100, Applicants: 256}
}

var limitKeys = []Key{
	{"limits", "What one device and one address may send. Beyond it, datagrams are dropped and counted; the protocol sends them again.", "", anything},
	{
		"limits.device_rate", "Messages a second from one device. 0: no limit.",
		"More than a sensor sends in a day, and one device alone does not keep the gateway from the others.", between(0, 10_000_000),
	},
	{
		"limits.device_burst", "Messages from one device that may come at once.",
		"What was kept while out of reach may come in one go.", between(1, 10_000_000),
	},
	{
		"limits.forwarder_rate", "Messages a second from one forwarder with all of its devices. 0: no limit.",
		"Room for a forwarder with hundreds of devices.", between(0, 10_000_000),
	},
	{
		"limits.forwarder_burst", "Messages from one forwarder that may come at once.",
		"As for devices, times two.", between(1, 10_000_000),
	},
	{
		"limits.stranger_answers", "Answers a second, all together, to those who have no session: GWINFO, refusals and the like. 0: none.",
		"Plenty for a network that starts, and useless to who wants to flood somebody else through us.", between(0, 1_000_000),
	},
	{
		"limits.applicants", "Devices that wait for approval (`access[].approve`) and are listed. A full list keeps each for an hour after it was last heard, and takes no more newcomers than that leaves room for.",
		"As many as a person looks through.", between(1, 10_000),
	},
}
