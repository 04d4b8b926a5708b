package sim

import (
	"strings"
	"time"

	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/mqttsn/client"
)

// habits are what makes a device different from others: what it is for, and what it cannot do right.
type habits struct {
	clean     bool
	keepAlive time.Duration
	resume    bool // finishes publications in the next session
	hasWill   bool
	willQoS   mqttsn.QoS
	sleeper   bool
	sleepFor  time.Duration
	forwarded bool // lives behind a forwarder
	reboots   bool
	firstID   uint16        // MsgIds begin here after a reboot
	trouble   time.Duration // mean time between two mischiefs

	topics  []client.Topic // to publish to
	filters []wantedFilter

	quirks
}

type wantedFilter struct {
	topic client.Topic
	qos   mqttsn.QoS
}

func newHabits(w *world, i int) habits {
	d := w.dice
	h := habits{
		clean:     d.chance(0.35),
		keepAlive: pick(d, []time.Duration{30, 60, 61, 120, 300, 0}) * time.Second,
		hasWill:   d.chance(0.7),
		willQoS:   pick(d, []mqttsn.QoS{0, 1, 2}),
		sleeper:   d.chance(0.5),
		sleepFor:  d.between(30*time.Second, 10*time.Minute),
		forwarded: i%2 == 0 && d.chance(0.2),
		reboots:   d.chance(0.5),
		firstID:   1,
		trouble:   d.between(5*time.Minute, 25*time.Minute),
		quirks:    newQuirks(d),
	}
	if d.chance(0.3) {
		h.firstID = uint16(d.Uint32())
	}
	if h.deaf {
		h.keepAlive = 30 * time.Second // so that the gateway notices in time that it is there, and says nothing
	}
	h.resume = !h.clean && d.chance(0.5)
	for range 1 + d.IntN(3) {
		h.topics = append(h.topics, someTopic(d))
	}
	for range d.IntN(4) {
		f := wantedFilter{someFilter(d), pick(d, []mqttsn.QoS{0, 1, 1, 2, 2})}
		if name := nameOf(f.topic); h.deaf && isWild(name) && !strings.HasPrefix(name, wildPrefix) {
			continue // it knows better, but for one that it has tried
		}
		if !h.subscribes(nameOf(f.topic)) {
			h.filters = append(h.filters, f)
		}
	}
	return h
}

func isWild(filter string) bool {
	for _, c := range filter {
		if c == '+' || c == '#' {
			return true
		}
	}
	return false
}

// needsPatience is true of a sleeper that does not answer REGISTER. It takes the gateway a few windows to believe that, and
// they end without a PINGRESP.
func (h *habits) needsPatience() bool { return h.deaf && h.sleeper }

func (h *habits) subscribes(filter string) bool {
	for _, f := range h.filters {
		if nameOf(f.topic) == filter {
			return true
		}
	}
	return false
}

func (h *habits) config(name string, p *linkPlan, l engine.LinkID) client.Config {
	c := client.Config{
		ClientID: name, KeepAlive: h.keepAlive, CleanSession: h.clean, Predefined: predefined, RetryInterval: p.retry,
		Retries: p.retries, Resume: h.resume, FirstMsgID: h.firstID,
	}
	if l == 1 {
		c.MTU = radioMTU
	}
	if h.hasWill {
		c.Will = h.will(name, 0)
	}
	return c
}

func (h *habits) will(name string, version int) *client.Will {
	return &client.Will{Topic: willTopic(name), Payload: willPayload(version), QoS: h.willQoS}
}
