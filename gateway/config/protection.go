package config

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"mqttsn-gateway/mqttsn/v2"
	"mqttsn-gateway/mqttsn/v2/keyfile"
)

// Protection is the Protection Encapsulation of MQTT-SN 2.0.
type Protection struct {
	KeysFile string `yaml:"keys_file"`
	SenderID string `yaml:"sender_id"`
}

// What a link wants of its devices.
const (
	ProtectionOptional  = "optional"
	ProtectionRequired  = "required"
	ProtectionExclusive = "exclusive"
)

var protectionKeys = []Key{
	{"protection", "The Protection Encapsulation of MQTT-SN 2.0: packets that are authenticated, and encrypted, from device to gateway. See docs/security.md.", "", anything},
	{
		"protection.keys_file", "File of keys, a line `sender identifier:scheme:hexadecimal key` for each device, as `mqttsn-gateway key` writes them. " +
			"It is read again at SIGHUP. Counters must outlive a restart: it needs `gateway.data`.",
		"There are no protected devices until their keys are made.", anything,
	},
	{
		"protection.sender_id", "Sender identifier of everything that the gateway sends protected. Empty: another one for each device, its own with " +
			"the bit 0x02 of the first octet turned.",
		"Counters belong to the sender identifier: with one for each device they last as long as the device.", senderID,
	},
}

var senderID = text("nothing, or 16 hexadecimal digits, not all of them 0", "is not a sender identifier", func(s string) bool {
	id, ok := v2.ParseSenderID(s)
	return s == "" || ok && id != v2.SenderID{}
})

// Devices reads the file of keys; nil if there is none.
func (p *Protection) Devices() (keyfile.Devices, error) {
	if p.KeysFile == "" {
		return nil, nil
	}
	return keyfile.Load(p.KeysFile)
}

// Sender is the gateway's own identifier, zero if there is another for each device.
func (p *Protection) Sender() v2.SenderID {
	id, _ := v2.ParseSenderID(p.SenderID)
	return id
}

func (r *reader) checkProtection() {
	const path = "protection.keys_file"
	p := &r.config.Protection
	devices, err := p.Devices()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		r.problem(r.originOf(path), path, reason(err), "make it with `mqttsn-gateway key`")
	case err != nil:
		for mistake := range strings.Lines(reason(err)) { // of which the file may have many
			r.problem(r.originOf(path), path, strings.TrimSpace(mistake), "")
		}
	}
	if _, has := devices[p.Sender()]; has {
		r.problem(r.originOf("protection.sender_id"), "protection.sender_id", "a device has this sender identifier", "write another")
	}
	switch {
	case p.KeysFile != "" && r.config.Gateway.Data == "":
		r.problem(r.originOf(path), path, "the counters of protected packets must outlive a restart", "set gateway.data")
	case p.KeysFile != "":
		return
	}
	for i, l := range r.config.Links {
		if l.Protection != ProtectionOptional {
			path := fmt.Sprintf("links[%d].protection", i)
			r.problem(r.originOf(path), path, "no device has a key", "set protection.keys_file")
		}
	}
}
