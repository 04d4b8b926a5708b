package gateway

import (
	"mqttsn-gateway/gateway/config"
	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/mqttsn/v2"
)

var protections = map[string]engine.Protected{
	config.ProtectionOptional:  engine.ProtectionOptional,
	config.ProtectionRequired:  engine.ProtectionRequired,
	config.ProtectionExclusive: engine.ProtectionExclusive,
}

// protectionKeys reads the keys of protected devices.
func protectionKeys(p *config.Protection) (map[v2.SenderID]engine.ProtectionKey, error) {
	devices, err := p.Devices()
	if err != nil {
		return nil, err
	}
	keys := make(map[v2.SenderID]engine.ProtectionKey, len(devices))
	for id, d := range devices {
		if d.Gateway == (v2.SenderID{}) {
			d.Gateway = p.Sender()
		}
		keys[id] = engine.ProtectionKey{
			Scheme: d.Scheme, Secret: d.Secret, Gateway: d.GatewayOf(id), TagLen: d.TagLen, Uncounted: d.Uncounted,
		}
	}
	return keys, nil
}
