package config

// QoSMinusOne is the rule for publications without a session.
type QoSMinusOne struct {
	Allow bool `yaml:"allow"`
}

// A Device is what holds for the one device of a client id, in place of what holds for all.
type Device struct {
	Predefined map[uint16]string `yaml:"predefined"`
	NoDUP      bool              `yaml:"no_dup"`
	Mode       Mode              `yaml:"mode"`
	Upstream   Login             `yaml:"upstream"`
}

var topicKeys = []Key{
	{"qos_minus_one", "Publications of QoS -1: a device sends, and never connects.", "", anything},
	{
		"qos_minus_one.allow", "Accept them from anyone, with predefined topic ids and short topic names.",
		"Who sends them cannot be known.", anything,
	},
	{
		"predefined", "Predefined topic ids, the same for every device: the id (1 to 65534), and its topic name.",
		"Ids are agreed with the makers of the devices.", topics,
	},
	{
		"devices", "Devices that need something else, by client id, or by a pattern such as `pump-*`: the narrowest one counts.",
		"Nobody is special at first.", clientIDs,
	},
	{
		"devices.*.predefined", "Predefined topic ids of this device. They come before those of all devices.",
		"Rarely needed.", topics,
	},
	{
		"devices.*.no_dup", "Never mark what is sent again to this device with DUP; RIOT's emcute rejects such messages.",
		"Few devices need it.", anything,
	},
	{
		"devices.*.mode", "Where this device's publications go, in place of `gateway.mode`: `transparent` gives it a " +
			"connection of its own to the upstream broker, `builtin` and `aggregating` leave it with the router. Empty: as all.",
		"Devices are alike.", oneOf("", Builtin, Transparent, Aggregating),
	},
}
