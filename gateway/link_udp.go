package gateway

import (
	"fmt"

	"github.com/sirupsen/logrus"

	"mqttsn-gateway/gateway/config"
	"mqttsn-gateway/radio"
)

func openUDP(c *config.Link, log *logrus.Entry, _ func(radio.Event)) (radio.Link, error) {
	groups, err := multicastGroups(c)
	if err != nil {
		return nil, err
	}
	l, err := radio.ListenUDP(radio.UDPConfig{
		Listen: c.Listen, Groups: groups, HopLimit: c.MulticastHops, ReadBuffer: int(c.ReceiveBuffer), MTU: c.MTU,
	})
	if err != nil {
		return nil, err
	}
	log.WithField(fieldAddress, l.LocalAddr().String()).Info("listening for devices")
	warnOfBuffer(c, log, l.ReadBufferGranted())
	return l, nil
}

func multicastGroups(c *config.Link) ([]radio.MulticastGroup, error) {
	var groups []radio.MulticastGroup
	for _, m := range c.Multicast {
		a, err := m.Addr()
		if err != nil {
			return nil, fmt.Errorf("multicast group %s: %w", m.Group, err)
		}
		groups = append(groups, radio.MulticastGroup{Addr: a, Interface: m.Interface})
	}
	return groups, nil
}

func warnOfBuffer(c *config.Link, log *logrus.Entry, granted int) {
	if granted > 0 && granted < int(c.ReceiveBuffer) {
		log.WithFields(logrus.Fields{fieldAsked: int(c.ReceiveBuffer), fieldGranted: granted}).
			Warn("the kernel grants a smaller receive buffer: raise net.core.rmem_max, or bursts may be lost")
	}
}
