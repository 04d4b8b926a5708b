package gateway

import (
	"github.com/sirupsen/logrus"

	"mqttsn-gateway/gateway/config"
	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/gateway/homeassistant"
)

// presence tells Home Assistant which devices are there. It belongs to the loop; nil tells nothing.
type presence struct {
	*homeassistant.Announcer
	touched []engine.Note // what concerns devices and has not been looked at
}

func newPresence(c *config.Config, version string, log *logrus.Logger) *presence {
	switch {
	case c.HomeAssistant.Prefix == "":
		return nil
	case c.Gateway.Mode == config.Transparent:
		log.Warn("Home Assistant is told nothing in transparent mode: see home_assistant in docs/configuration.md")
		return nil
	}
	h := homeassistant.Config{
		Prefix: c.HomeAssistant.Prefix, Topic: c.HomeAssistant.Topic, Gateway: c.Gateway.Name, Version: version, Devices: c.Sessions.Max,
	}
	if c.Gateway.Mode == config.Aggregating {
		h.Status = c.Bridge.StatusTopic
	}
	return &presence{Announcer: homeassistant.New(h)}
}

// note keeps in mind that something happened to a device.
func (p *presence) note(n *engine.Note) {
	if p != nil && n.Client != "" {
		p.touched = append(p.touched, *n)
	}
}

// announce publishes what is new of the devices that something happened to.
func (l *loop) announce() {
	p := l.presence
	if p == nil {
		return
	}
	for _, n := range p.touched {
		d, there := l.engine.Device(n.Client)
		switch {
		case n.Kind == engine.NoteForgotten || n.Kind == engine.NoteExpired:
			if p.Known(n.Client) {
				l.publishAll(p.Forget(n.Client))
			}
		case there && !d.Connecting, p.Known(n.Client): // not an ordinary client
			l.announceDevice(n.Client, there && present(d.State))
		}
	}
	p.touched = p.touched[:0]
}

// present reports whether a device in this state is there. One that sleeps is.
func present(s engine.State) bool {
	return s == engine.Active || s == engine.Awake || s == engine.Asleep
}

func (l *loop) announceDevice(id string, online bool) {
	news, full := l.presence.Device(id, online)
	if full {
		l.log.WithField(fieldClient, id).Warn("Home Assistant is not told of more devices: there are as many as sessions.max allows")
	}
	l.publishAll(news)
}

// announceAll tells of the gateway, and of the devices that it remembers from before a restart.
func (l *loop) announceAll() {
	if l.presence == nil {
		return
	}
	l.publishAll(l.presence.Begin())
	for _, h := range l.engine.DeviceHeads() {
		l.announceDevice(h.ID, present(h.State))
	}
}

func (l *loop) announceEnd() {
	if l.presence != nil {
		l.publishAll(l.presence.End())
		l.carryOut()
	}
}

func (l *loop) publishAll(news []homeassistant.Message) {
	for _, m := range news {
		if _, reason := l.engine.Publish(l.now(), m.Topic, m.Payload, 1, true, &l.out); reason.Failed() {
			l.log.WithField(fieldDetail, reason.String()+": "+m.Topic).Warn("Home Assistant could not be told")
		}
	}
}
