package engine

import (
	"encoding/hex"
	"strconv"

	"mqttsn-gateway/mqtt"
)

// Tell is what user properties of MQTT 5 tell of the device on each of its publications, wills included.
type Tell struct {
	Client  bool // client id; a sender of QoS -1 has none
	Link    bool // name of the link
	Address bool // as the link writes it, behind a forwarder with the node id
	RSSI    bool // signal strength in dBm, where the link knows it
}

// Names of the user properties.
const (
	propertyClient  = "mqttsn-client"
	propertyLink    = "mqttsn-link"
	propertyAddress = "mqttsn-address"
	propertyRSSI    = "mqttsn-rssi"
)

// Heard tells the signal strength of the datagram that is handed over next, in dBm. Links that do not know it need not call.
func (e *Engine) Heard(rssi int8) { e.rssi = rssi }

// told are the properties of a publication of the device at an address; nil where there are none.
func (e *Engine) told(client string, a Addr, rssi int8) *mqtt.PublishProps {
	t := e.cfg.Tell
	if t == (Tell{}) {
		return nil
	}
	p := new(mqtt.PublishProps)
	add := func(wanted bool, name, value string) {
		if wanted && value != "" {
			p.User = append(p.User, mqtt.UserProperty{Name: name, Value: value})
		}
	}
	add(t.Client, propertyClient, client)
	add(t.Link, propertyLink, e.cfg.Links[a.Link].Name)
	add(t.Address, propertyAddress, e.nameAddr(a))
	add(t.RSSI && rssi != 0, propertyRSSI, strconv.Itoa(int(rssi)))
	return p
}

// told are the properties of the device's publications.
func (d *Device) told(rssi int8) *mqtt.PublishProps {
	if d.link == nil {
		return nil // its link was removed from the configuration
	}
	return d.e.told(d.id, d.addr, rssi)
}

// nameAddr is an address as rules and properties have it: as the link writes it, behind a forwarder with the node id.
func (e *Engine) nameAddr(a Addr) string {
	s := e.formatPeer(a)
	if a.Forwarded {
		s += "/" + hex.EncodeToString([]byte(a.Node))
	}
	return s
}
