package gateway

import (
	"time"

	"github.com/sirupsen/logrus"

	"mqttsn-gateway/gateway/admin"
	"mqttsn-gateway/gateway/config"
	"mqttsn-gateway/radio"
	"mqttsn-gateway/radio/xbee"
	"mqttsn-gateway/radio/xbee/frame"
)

// extendedTimeout is how long a Zigbee modem tries to reach a sleeping module: three times 1.2 times its sleep period SP,
// which is 28 s at most, and a little.
const extendedTimeout = 105 * time.Second

func openXBee(c *config.Link, log *logrus.Entry, report func(radio.Event)) (radio.Link, error) {
	x := xbee.Config{
		Open: portOf(c).Opener(), Baud: c.Baud, MaxPayload: c.MTU, OnEvent: report,
		Explicit: c.Explicit, Options: optionsOf(c),
	}
	if c.ExtendedTimeout {
		x.StatusTimeout = extendedTimeout
	}
	l, err := xbee.Open(x)
	if err != nil {
		return nil, err
	}
	log.WithField(fieldPort, c.Port).Info("looking for the XBee modem")
	return l, nil
}

// optionsOf are set in everything that an XBee modem transmits.
func optionsOf(c *config.Link) (o frame.TxOptions) {
	if c.APSEncryption {
		o |= frame.EncryptAPS
	}
	if c.ExtendedTimeout {
		o |= frame.ExtendedTimeout
	}
	return o
}

// An xbeeRadio tells the admin page of an XBee modem.
type xbeeRadio struct{ *xbee.Link }

// radioOf is what there is to tell of a link's modem, nil if it has none.
func radioOf(l radio.Link) admin.Radio {
	if x, ok := l.(*xbee.Link); ok {
		return xbeeRadio{x}
	}
	return nil
}

func (x xbeeRadio) Modem() string {
	if m := x.Status().Modem; m.Family != 0 {
		return m.String()
	}
	return ""
}

func (x xbeeRadio) Problem() string {
	if s := x.Status(); s.Problem != nil {
		return s.Problem.Error()
	}
	return ""
}

func (x xbeeRadio) Nodes() []admin.Node {
	list := []admin.Node{} // rather than null
	for _, n := range x.Link.Nodes() {
		list = append(list, admin.Node{
			Address: n.Address, Name: n.Name, RSSI: int(n.RSSI), Heard: n.Heard, Received: n.Received, Sent: n.Sent,
			Delivered: n.Delivered, Failed: n.Failed, Retries: n.Retries, LastError: n.LastError,
		})
	}
	return list
}
