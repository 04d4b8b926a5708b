package sim

import (
	"fmt"
	"strings"
	"time"

	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/mqtt"
	"mqttsn-gateway/mqttsn"
)

// A Failure is what a run found wrong.
type Failure struct {
	Seed    uint64
	Mode    engine.Mode
	Durable bool
	At      time.Duration
	Who     string // empty: nobody in particular
	Text    string
	Story   string // what led to it; filled in by Explain

	message *message
}

func (f *Failure) Error() string {
	mode := [...]string{"builtin", "transparent", "aggregating"}[f.Mode]
	if f.Durable {
		mode += ", durable"
	}
	s := fmt.Sprintf("seed %d (%s) at %v: %s", f.Seed, mode, f.At, f.Text)
	if f.Who != "" {
		s = fmt.Sprintf("seed %d (%s) at %v: %s: %s", f.Seed, mode, f.At, f.Who, f.Text)
	}
	return s + f.Story
}

// A trace is the story of a run: who said what, and what happened. It is only kept when a seed is explained.
type trace struct{ lines []line }

type line struct {
	at   time.Duration
	who  string // empty: concerns everybody
	text string
}

// maxStory is how many lines of a story are worth reading.
const maxStory = 150

// tell adds to the story.
func (w *world) tell(who, format string, args ...any) {
	if w.trace != nil {
		w.trace.lines = append(w.trace.lines, line{w.now, who, fmt.Sprintf(format, args...)})
	}
}

// tellDatagram adds a packet of a device's conversation. The arrow says where it is and where it goes.
func (w *world) tellDatagram(k *watch, arrow string, datagram []byte) {
	who := k.name
	switch {
	case w.trace == nil:
	case k.young != nil:
		w.tell(who, "%s %s", arrow, sayYoung(datagram))
	default:
		p, err := mqttsn.Parse(datagram)
		if err != nil {
			w.tell(who, "%s %x (%v)", arrow, datagram, err)
			return
		}
		w.tell(who, "%s %v", arrow, p)
	}
}

// story picks the lines that concern the failure: those of the message, and the last ones of the party.
func (t *trace) story(f *Failure) string {
	name := "\x00"
	if f.message != nil {
		name = fmt.Sprintf("m%d ", f.message.id)
	}
	var b strings.Builder
	left := 0
	for _, l := range t.lines {
		if l.of(f.Who) {
			left++
		}
	}
	for _, l := range t.lines {
		own := l.of(f.Who)
		if own {
			left--
		}
		if own && left < maxStory || strings.Contains(l.text, name) {
			fmt.Fprintf(&b, "\n  %12.3fs  %-8s %s", l.at.Seconds(), l.who, l.text)
		}
	}
	return b.String()
}

func (l *line) of(who string) bool { return l.who == "" || l.who == who }

// packetText shows an MQTT packet in one line.
func packetText(p mqtt.Packet) string {
	switch p := p.(type) {
	case *mqtt.Publish:
		return fmt.Sprintf("PUBLISH %s qos=%d id=%d retain=%t dup=%t %q", p.Topic, p.QoS, p.PacketID, p.Retain, p.Dup, p.Payload)
	case *mqtt.Ack:
		return fmt.Sprintf("%v id=%d %v", p.Kind, p.PacketID, p.Reason)
	case *mqtt.Connect:
		return fmt.Sprintf("CONNECT %s clean=%t expiry=%d will=%t", p.ClientID, p.CleanStart, p.SessionExpiry, p.Will != nil)
	case *mqtt.Connack:
		return fmt.Sprintf("CONNACK %v present=%t", p.Reason, p.SessionPresent)
	case *mqtt.Subscribe:
		return fmt.Sprintf("SUBSCRIBE id=%d %v", p.PacketID, p.Subscriptions)
	case *mqtt.Suback:
		return fmt.Sprintf("SUBACK id=%d %v", p.PacketID, p.Reasons)
	case *mqtt.Unsubscribe:
		return fmt.Sprintf("UNSUBSCRIBE id=%d %v", p.PacketID, p.Filters)
	case *mqtt.Disconnect:
		return fmt.Sprintf("DISCONNECT %v", p.Reason)
	}
	return p.Type().String()
}
