package gateway

import (
	"github.com/sirupsen/logrus"

	"mqttsn-gateway/gateway/config"
	"mqttsn-gateway/radio"
)

// A linkKind is a kind of network.
type linkKind struct {
	// open opens a link as the configuration says. A radio that is not there yet is no error: report tells when it is up
	// and down. Report may be called from any goroutine and does not wait.
	open func(c *config.Link, log *logrus.Entry, report func(radio.Event)) (radio.Link, error)

	authenticated bool // an address proves who it is: a radio's that cannot be forged, a connection with keys
	broadcasts    bool // GWINFO goes to everyone in reach rather than to who asked
	connected     bool // whoever could hear ADVERTISE has found the gateway already, and may be asleep: there is none
}

// linkKinds are all that there are. To add one, see docs/add-a-link.md.
var linkKinds = map[config.LinkType]linkKind{
	config.UDP:    {open: openUDP},
	config.DTLS:   {open: openDTLS, authenticated: true, connected: true},
	config.XBee:   {open: openXBee, authenticated: true, broadcasts: true},
	config.Serial: {open: openSerial, authenticated: true, broadcasts: true},
}
