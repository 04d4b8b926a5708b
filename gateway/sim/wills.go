package sim

import (
	"strings"
	"time"

	"mqttsn-gateway/mqttsn"
)

// willState is what a watch knows of a device's will.
type willState struct {
	set     bool
	unsure  bool // the gateway was restarted with a change unanswered
	payload string
	qos     uint8
}

// wills compares the wills that are published with the devices that were lost.
type wills struct {
	w      *world
	losses []*loss
}

// A loss is one time that a device fell silent for too long.
type loss struct {
	k         *watch
	at, spoke time.Duration
	will      willState
	unsure    bool
	published int
	outage    bool // the will may be published again: the broker could not be reached for too long, or its session ended
}

const willTopicPrefix = "will/"

func willTopic(device string) string { return willTopicPrefix + device }

func (ws *wills) lost(k *watch) {
	if l := ws.last(k); l != nil && l.spoke == k.spoke {
		l.at = ws.w.now // the gateway crashed before it was on disk that the device was lost, and found so again
		return
	}
	ws.losses = append(ws.losses, &loss{k: k, at: ws.w.now, spoke: k.spoke, will: k.will, unsure: k.unsure || k.will.unsure})
}

func (ws *wills) last(k *watch) *loss {
	for i := len(ws.losses) - 1; i >= 0; i-- {
		if ws.losses[i].k == k {
			return ws.losses[i]
		}
	}
	return nil
}

// revived is when a crash makes a device's last loss undone, since it was not on disk: its will may be out or not.
func (ws *wills) revived(k *watch) {
	if l := ws.last(k); l != nil && l.spoke == k.spoke {
		l.unsure = true
	}
}

// published notes that somebody who sees all wills has received one.
func (ws *wills) published(topic string, payload []byte) {
	name, ok := strings.CutPrefix(topic, willTopicPrefix)
	k := ws.w.watches[name]
	if !ok || k == nil {
		return
	}
	ws.w.stats.Wills++
	ws.w.tell(name, "   (its will is out: %q)", payload)
	l := ws.last(k)
	switch {
	case l == nil:
		ws.w.fail(name, nil, "its will was published, and it was never lost")
	case l.unsure:
	case !l.will.set:
		ws.w.fail(name, nil, "a will was published that it does not have")
	case l.will.payload != string(payload):
		ws.w.fail(name, nil, "its will was %q; published was %q", l.will.payload, payload)
	case l.published > 0 && l.will.qos == 2 && !l.outage:
		ws.w.fail(name, nil, "its will was published again, and it was not lost again")
	}
	if l != nil {
		l.published++
	}
}

// publishedByBroker notes that the broker published a will because the gateway did not come back in time. It is excused if
// the broker itself was out of reach, or if the gateway crashed with a CONNECT unanswered of which the broker knew already:
// that device's connection did break.
func (ws *wills) publishedByBroker(topic string, payload []byte, excused bool) {
	k := ws.w.watches[strings.TrimPrefix(topic, willTopicPrefix)]
	if !excused && !(k != nil && k.unsure) {
		ws.published(topic, payload)
		return
	}
	ws.w.exempt(exemptOutage)
	if k == nil {
		return
	}
	if l := ws.last(k); l != nil {
		l.published++
		l.outage = true
	}
}

// willPatience is how long the gateway tries to bring a will to a broker that cannot be reached, and a bit.
const willPatience = 90 * time.Second

// sessionEnds is when a device that was just lost begins a new session, while its will is on its way to the broker.
func (ws *wills) sessionEnds(k *watch) {
	if l := ws.last(k); l != nil && ws.w.transparent() && ws.w.now-l.at < willPatience {
		l.outage = true
	}
}

// settle is the reckoning: whoever was lost has had its will published.
func (ws *wills) settle() {
	for _, l := range ws.losses {
		switch {
		case l.published > 0 || !l.will.set || l.unsure || l.will.qos == 0:
		case ws.w.transparent() && ws.w.broker.outIn(l.at, l.at+willPatience):
			ws.w.exempt(exemptOutage)
		default:
			ws.w.fail(l.k.name, nil, "was found lost at %v, and its will was not published", l.at)
			return
		}
	}
}

func (k *watch) updateWillTopic(p *mqttsn.WillTopicUpd, here bool) {
	switch {
	case !here || k.connecting:
	case len(p.Topic) == 0:
		k.will = willState{}
	default:
		k.will.set, k.will.qos = true, uint8(p.Flags.QoS())
	}
}

func (k *watch) updateWillMsg(p *mqttsn.WillMsgUpd, here bool) {
	if here && !k.connecting && k.will.set {
		k.will.payload = string(p.Msg)
	}
}
