package config

import "slices"

// Config is the complete configuration. What Load returned and what Default returned is valid; it is not changed after
// that, so it may be read by many goroutines.
type Config struct {
	Gateway  Gateway  `yaml:"gateway"`
	Log      Log      `yaml:"log"`
	Links    []Link   `yaml:"links"`
	MQTT     MQTT     `yaml:"mqtt"`
	Upstream Upstream `yaml:"upstream"`
	Bridge   Bridge   `yaml:"bridge"`
	HTTP     HTTP     `yaml:"http"`

	HomeAssistant HomeAssistant `yaml:"home_assistant"`

	Sessions    Sessions          `yaml:"sessions"`
	Access      []AccessRule      `yaml:"access"`
	Mapping     []MappingRule     `yaml:"mapping"`
	Protection  Protection        `yaml:"protection"`
	QoSMinusOne QoSMinusOne       `yaml:"qos_minus_one"`
	Predefined  map[uint16]string `yaml:"predefined"`
	Devices     map[string]Device `yaml:"devices"`
	Limits      Limits            `yaml:"limits"`
}

// Default is the configuration of a gateway that was told nothing: a built-in broker and one UDP link.
func Default() *Config {
	return &Config{
		Gateway:  defaultGateway(),
		Log:      defaultLog(),
		Links:    []Link{defaultLink()},
		MQTT:     defaultMQTT(),
		Upstream: defaultUpstream(),
		Bridge:   defaultBridge(),

		HomeAssistant: defaultHomeAssistant(),

		Sessions: defaultSessions(),
		Limits:   defaultLimits(),
	}
}

// keys has a row for every key, in the order in which people read them.
var keys = slices.Concat(gatewayKeys, logKeys, linkKeys, mqttKeys, upstreamKeys, bridgeKeys, httpKeys, homeAssistantKeys, sessionKeys, accessKeys, mappingKeys, protectionKeys, topicKeys, loginKeys, limitKeys)
