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
	up   bool // as the log says
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

// openLink opens the link that the configuration describes. What it reports beside datagrams goes to report.
func openLink(id engine.LinkID, c *config.Link, log *logrus.Logger, report func(radio.Event)) (*link, error) {
	l := &link{id: id, name: c.Name, log: log.WithField(fieldLink, c.Name), free: make(chan *batch, batches)}
	var err error
	if l.Link, err = linkKinds[c.Type].open(c, l.log, report); err != nil {
		return nil, fmt.Errorf("link %s: %w", c.Name, err)
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

// event logs what the link reports of itself.
func (l *link) event(ev radio.Event) {
	switch {
	case ev.Kind == radio.LinkUp && !l.up:
		l.up = true
		l.log.Info("link is up")
	case ev.Kind == radio.LinkDown && l.up:
		l.up = false
		l.log.WithError(ev.Err).Warn("link is down: sessions are kept, and it is tried again")
	case ev.Kind == radio.LinkDown:
		l.log.WithError(ev.Err).Warn("link does not come up: it is tried again")
	}
}

// sendFailed logs that datagrams could not be sent. The protocol repeats what matters.
func (l *link) sendFailed(err error) {
	l.log.WithError(err).Debug("cannot send to a device")
}
