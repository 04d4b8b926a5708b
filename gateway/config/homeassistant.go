package config

// HomeAssistant says how Home Assistant is told of the gateway and its devices.
type HomeAssistant struct {
	Prefix string `yaml:"prefix"`
	Topic  string `yaml:"topic"`
}

func defaultHomeAssistant() HomeAssistant { return HomeAssistant{Topic: "mqttsn"} }

var homeAssistantKeys = []Key{
	{"home_assistant", "Tells Home Assistant, by its MQTT discovery, of the gateway and of every device: whether it is there. In `transparent` mode it is not told: the gateway has no connection of its own then.", "", anything},
	{
		"home_assistant.prefix", "Prefix of the topics of discovery, `homeassistant` unless Home Assistant was told otherwise. Empty: nothing is told.",
		"Most brokers have no Home Assistant.", optionalTopic,
	},
	{
		"home_assistant.topic", "Topic below which the gateway says who is there: `mqttsn/GATEWAY/status`, and `mqttsn/GATEWAY/devices/CLIENT`.",
		"Says where it comes from.", topicName,
	},
}
