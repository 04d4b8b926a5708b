package gateway

import (
	"github.com/sirupsen/logrus"

	"mqttsn-gateway/gateway/config"
	"mqttsn-gateway/radio"
	"mqttsn-gateway/radio/port"
	"mqttsn-gateway/radio/serial"
)

func openSerial(c *config.Link, log *logrus.Entry, report func(radio.Event)) (radio.Link, error) {
	framing, err := serial.ParseFraming(c.Framing)
	if err != nil {
		return nil, err
	}
	l, err := serial.Listen(serial.Config{Open: portOf(c).Opener(), Framing: framing, MTU: c.MTU, OnEvent: report})
	if err != nil {
		return nil, err
	}
	log.WithField(fieldPort, c.Port).Info("opening the serial line")
	return l, nil
}

// portOf is the serial port of a link.
func portOf(c *config.Link) port.Config {
	return port.Config{Name: c.Port, Baud: c.Baud, FlowControl: c.FlowControl, TwoStopBits: c.TwoStopBits}
}
