package gateway

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/sirupsen/logrus"

	"mqttsn-gateway/gateway/config"
	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/radio"
)

// A link is a radio.Link that is being read.
type link struct {
	radio.Link
	id   engine.LinkID
	name string
	log  *logrus.Entry
	free chan *batch
}

// A batch carries datagrams from a link's reader to the loop, and then goes back.
type batch struct {
	link    *link
	packets []radio.Packet
	n       int
}

const (
	batches   = 4  // one is read into, one is served, and others wait
	batchSize = 32 // datagrams
)

// openLink opens the link that the configuration describes.
func openLink(id engine.LinkID, c *config.Link, log *logrus.Logger) (*link, error) {
	l := &link{id: id, name: c.Name, log: log.WithField(fieldLink, c.Name), free: make(chan *batch, batches)}
	groups, err := multicastGroups(c)
	if err != nil {
		return nil, err
	}
	udp, err := radio.ListenUDP(radio.UDPConfig{
		Listen: c.Listen, Groups: groups, HopLimit: c.MulticastHops, ReadBuffer: int(c.ReceiveBuffer), MTU: c.MTU,
	})
	if err != nil {
		return nil, fmt.Errorf("link %s: %w", c.Name, err)
	}
	l.Link = udp
	l.log.WithField(fieldAddress, udp.LocalAddr().String()).Info("listening for devices")
	if granted := udp.ReadBufferGranted(); granted > 0 && granted < int(c.ReceiveBuffer) {
		l.log.WithFields(logrus.Fields{"asked": int(c.ReceiveBuffer), "granted": granted}).
			Warn("the kernel grants a smaller receive buffer: raise net.core.rmem_max, or bursts are lost")
	}
	for range batches {
		l.free <- newBatch(l)
	}
	return l, nil
}

func newBatch(l *link) *batch {
	b := &batch{link: l, packets: make([]radio.Packet, batchSize)}
	for i := range b.packets {
		b.packets[i].Data = make([]byte, radio.MaxUDP)
	}
	return b
}

func multicastGroups(c *config.Link) ([]radio.MulticastGroup, error) {
	var groups []radio.MulticastGroup
	for _, m := range c.Multicast {
		a, err := m.Addr()
		if err != nil {
			return nil, fmt.Errorf("link %s: multicast group %s: %w", c.Name, m.Group, err)
		}
		groups = append(groups, radio.MulticastGroup{Addr: a, Interface: m.Interface})
	}
	return groups, nil
}

// read hands what arrives to the loop until the link is closed.
func (l *link) read(ctx context.Context, inbox chan<- *batch) {
	failing := false
	for {
		var b *batch
		select {
		case b = <-l.free:
		case <-ctx.Done():
			return
		}
		for i := range b.packets {
			b.packets[i].Data = b.packets[i].Data[:cap(b.packets[i].Data)]
		}
		n, err := l.ReadBatch(b.packets)
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			if !failing {
				l.log.WithError(err).Warn("cannot read from the link")
			}
			failing = true
			l.free <- b
			continue
		}
		failing = false
		b.n = n
		select {
		case inbox <- b:
		case <-ctx.Done():
			return
		}
	}
}

// sendFailed logs that datagrams could not be sent, once until it works again. The protocol repeats what matters.
func (l *link) sendFailed(err error) {
	l.log.WithError(err).Debug("cannot send to a device")
}
