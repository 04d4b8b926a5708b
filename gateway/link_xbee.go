package gateway

import (
	"time"

	"github.com/sirupsen/logrus"

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
