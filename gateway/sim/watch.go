package sim

import (
	"maps"
	"slices"
	"time"

	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/mqttsn"
)

// A watch reads every packet between one device and the engine, and knows from them alone what somebody with the
// specification in hand would know: where the device is, whether it sleeps, what it has asked, which topic ids it was
// told. What the engine sends must fit.
type watch struct {
	w     *world
	name  string
	party *party
	link  *linkPlan
	young *young // nil: the device speaks version 1.2

	state    watchState
	resident bool // at is the session's address
	at       engine.Addr
	clean    bool
	keep     time.Duration // keep alive
	sleepFor time.Duration
	heard    time.Duration // or since when it could have been: a restart begins a fresh period
	spoke    time.Duration // when it was heard
	noise    time.Duration // when something came from there that may count as a sign of life
	ended    time.Duration // when its session, or only its connection, ended
	moved    time.Duration // when it was last found at another address
	fresh    bool          // nothing was heard since CONNACK
	unproven bool          // moved, and has not answered anything at the new address

	// misled says that the device was told to sleep at an address where it was a stranger: the gateway takes it for active,
	// and speaks to a radio that is off. MQTT-SN 1.2 gives consent and "who are you" the same form.
	misled bool

	// unsure says that the engine was restarted with a request unanswered: nobody can know whether it remembers.
	unsure     bool
	connecting bool // the engine has a whole CONNECT and has not answered
	dialogue   *dialogue
	will       willState

	asked     map[question]int
	published map[uint16]upward // by MsgId
	named     map[uint16]filter // names in REGISTER, by MsgId
	filters   map[uint16]filter // filters in SUBSCRIBE, by MsgId

	topics  map[uint16]string // what the device was told, and the way back
	ids     map[string]uint16
	flights []watchedFlight

	unlearned map[string]int // REGISTERs of a topic since the device answered one

	sent      int  // messages in this awake window, at most
	sure      int  // of these, those that are certainly new: not sent again because of a restart
	congested bool // the device said so in this window
}

type watchState uint8

const (
	watchNone watchState = iota // no session, or nobody connected
	watchActive
	watchAsleep
	watchAwake
)

func (s watchState) String() string {
	return [...]string{"not connected", "active", "asleep", "awake"}[s]
}

// A question is a packet of the device's that may be answered with such a one.
type question struct {
	answer mqttsn.Type
	msgID  uint16
}

// upward is a PUBLISH of the device's.
type upward struct {
	m       *message // nil: not one of ours
	topicID uint16
	life    int // of the gateway
}

type watchedFlight struct {
	msgID  uint16
	m      *message
	normal bool // goes by a normal topic id
	dup    bool // was last sent with DUP
	sends  int  // since the device was last heard
	total  int  // of times that it was sent
}

// A filter is what a SUBSCRIBE or REGISTER names.
type filter struct {
	name   string
	normal bool // by its name
	over   bool // UNSUBSCRIBE came behind it: a SUBACK that is late promises nothing any more
	life   int  // of the gateway
}

func filterOf(f mqttsn.Flags, name []byte, id uint16) filter {
	switch f.TopicIDType() {
	case mqttsn.Predefined:
		return filter{name: predefined[id]}
	case mqttsn.ShortName:
		return filter{name: mqttsn.ShortTopicName(id)}
	}
	return filter{name: string(name), normal: true}
}

// A dialogue is a CONNECT whose will is being asked for.
type dialogue struct {
	from    engine.Addr
	began   time.Duration
	connect mqttsn.Connect
	will    willState
	topic   bool // was given
}

func newWatch(w *world, name string, l engine.LinkID) *watch {
	k := &watch{w: w, name: name, party: w.ledger.newParty(name), link: &w.plan.links[l], asked: make(map[question]int)}
	k.forget()
	w.watches[name] = k
	return k
}

func (w *world) watchNames() []string { return slices.Sorted(maps.Keys(w.watches)) }

// forget is the end of the session.
func (k *watch) forget() {
	k.published = make(map[uint16]upward)
	k.named, k.filters = make(map[uint16]filter), make(map[uint16]filter)
	k.topics, k.ids = make(map[uint16]string), make(map[string]uint16)
	k.unlearned = make(map[string]int)
	k.flights = nil
}

func (k *watch) sessionEnds() {
	k.forget()
	k.w.ledger.sessionEnds(k.party, exemptEnded)
	if !k.w.transparent() {
		return
	}
	// What the gateway has on disk for a broker that was away goes with the session (see docs/simulation.md).
	for id, m := range k.w.broker.apps.owed {
		if m.from == k.party {
			k.w.exempt(exemptEnded)
			delete(k.w.broker.apps.owed, id)
		}
	}
}

// enterDatagram brings what a station sent to the engine. Who is nil for strangers.
func (w *world) enterDatagram(from engine.Addr, who *watch, b []byte) {
	if !w.gateway.up {
		return
	}
	if who != nil {
		w.tellDatagram(who, "-> ", b)
		if who.young != nil {
			who.young.enters(from, b)
		} else if p, err := mqttsn.Parse(b); err == nil {
			who.enters(from, p)
		} else if _, _, err := mqttsn.Split(b); err == nil && who.resident && who.at == from {
			who.rustles()
		}
	}
	if from.Forwarded {
		b = mqttsn.Forward{NodeID: []byte(from.Node), Inner: b}.Append(nil)
	}
	w.gateway.datagram(from.Link, from.Peer, b)
}

// enters reads a packet on its way to the engine.
func (k *watch) enters(from engine.Addr, p mqttsn.Packet) {
	here := k.resident && k.at == from
	if here && !k.connecting {
		k.hear()
	}
	switch p := p.(type) {
	case *mqttsn.Connect:
		k.entersConnect(from, p)
	case *mqttsn.WillTopic:
		k.entersWillTopic(from, p)
	case *mqttsn.WillMsg:
		k.entersWillMsg(from, p)
	case *mqttsn.Pingreq:
		k.entersPing(from, p, here)
	case *mqttsn.Disconnect:
		k.entersDisconnect(from, p, here)
	case *mqttsn.Publish:
		k.entersPublish(p)
	case *mqttsn.Pubrel:
		k.asks(mqttsn.TypePubcomp, p.MsgID)
	case *mqttsn.Register:
		k.notes(k.named, p.MsgID, filter{name: string(p.TopicName), normal: true})
		k.asks(mqttsn.TypeRegack, p.MsgID)
	case *mqttsn.Subscribe:
		k.notes(k.filters, p.MsgID, filterOf(p.Flags, p.TopicName, p.TopicID))
		k.asks(mqttsn.TypeSuback, p.MsgID)
	case *mqttsn.Unsubscribe:
		k.asks(mqttsn.TypeUnsuback, p.MsgID)
		if here && !k.connecting {
			k.unsubscribes(filterOf(p.Flags, p.TopicName, p.TopicID).name)
		}
	case *mqttsn.WillTopicUpd:
		k.asks(mqttsn.TypeWillTopicResp, 0)
		k.updateWillTopic(p, here)
	case *mqttsn.WillMsgUpd:
		k.asks(mqttsn.TypeWillMsgResp, 0)
		k.updateWillMsg(p, here)
	default:
		if here {
			k.entersAnswer(p)
		}
	}
}

// hear notes a sign of life.
func (k *watch) hear() {
	k.heard, k.spoke = k.w.now, k.w.now
	k.fresh = false
	k.rustles()
}

// rustles notes something that may count as a sign of life: nonsense, but from nobody else.
func (k *watch) rustles() {
	k.noise = k.w.now
	for i := range k.flights {
		k.flights[i].sends = 0
	}
}

// notes keeps a request of the device's by its MsgId. A repetition is as old as the first.
func (k *watch) notes(requests map[uint16]filter, msgID uint16, f filter) {
	if known := requests[msgID]; known.name != f.name || known.over {
		f.life = k.w.gateway.life
		requests[msgID] = f
	}
}

func (k *watch) unsubscribes(name string) {
	k.w.ledger.ceases(k.party, name)
	for msgID, f := range k.filters {
		if f.name == name {
			f.over = true
			k.filters[msgID] = f
		}
	}
}

func (k *watch) asks(answer mqttsn.Type, msgID uint16) { k.asked[question{answer, msgID}]++ }

func (k *watch) entersPublish(p *mqttsn.Publish) {
	m := k.w.ledger.find(p.Data)
	if m != nil {
		k.w.ledger.enters(m)
		if name := k.topics[p.TopicID]; p.Flags.TopicIDType() == mqttsn.Normal && name != "" {
			m.topic = name // the id is from a former session, and means this now: MQTT-SN 1.2 cannot tell
		}
	}
	k.asks(mqttsn.TypePuback, p.MsgID)
	if p.Flags.QoS() > 0 {
		k.asks(mqttsn.TypePubrec, p.MsgID)
		if !k.connecting {
			k.published[p.MsgID] = upward{m, p.TopicID, k.w.gateway.life}
		}
	}
}

// entersAnswer reads what the device says to messages and names that it was sent.
func (k *watch) entersAnswer(p mqttsn.Packet) {
	switch p := p.(type) {
	case *mqttsn.Puback:
		k.entersPuback(p)
	case *mqttsn.Pubrec:
		k.unproven = k.unproven && k.flight(p.MsgID) == nil
		k.asks(mqttsn.TypePubrel, p.MsgID)
	case *mqttsn.Pubcomp:
		k.lands(p.MsgID)
	case *mqttsn.Regack:
		k.unproven = false
		delete(k.unlearned, k.topics[p.TopicID])
		if p.ReturnCode == mqttsn.Congestion {
			k.congested = true
		}
	}
}

// entersPuback reads what the device says to a message. A refused one is lost, unless the device only lacks its topic id,
// or dislikes the DUP bit: then it must be sent once more.
func (k *watch) entersPuback(p *mqttsn.Puback) {
	if p.ReturnCode == mqttsn.Congestion {
		k.congested = true
	}
	f := k.flight(p.MsgID)
	if f == nil {
		return
	}
	k.unproven = false
	r := k.w.ledger.receipt(f.m, k.party)
	switch {
	case p.ReturnCode == mqttsn.Congestion:
		return
	case p.ReturnCode == mqttsn.Accepted:
	case p.ReturnCode == mqttsn.NotSupported && f.dup:
		return
	case p.ReturnCode == mqttsn.InvalidTopicID && f.normal:
		if r.refusals++; r.refusals < maxRefusals {
			return
		}
	default:
		r.refusals = maxRefusals
	}
	k.lands(p.MsgID)
}

// maxRefusals is after how many refusals a message is lost.
const maxRefusals = 2

func (k *watch) flight(msgID uint16) *watchedFlight {
	for i := range k.flights {
		if k.flights[i].msgID == msgID {
			return &k.flights[i]
		}
	}
	return nil
}

func (k *watch) lands(msgID uint16) {
	k.flights = slices.DeleteFunc(k.flights, func(f watchedFlight) bool { return f.msgID == msgID })
}

// settleAt makes an address the session's. Whoever had it before has none now.
func (k *watch) settleAt(a engine.Addr) {
	if k.resident && k.at == a {
		return
	}
	if other := k.w.residents[a]; other != nil {
		other.unsettle()
	}
	if k.resident {
		k.w.stats.Moves++
		k.moved = k.w.now
		k.unsettle()
	}
	k.at, k.resident = a, true
	k.w.residents[a] = k
}

func (k *watch) unsettle() {
	if k.resident {
		k.resident = false
		delete(k.w.residents, k.at)
	}
}

// gatewayEnds notes which requests nobody will answer: what they were about may be remembered or not.
func (k *watch) gatewayEnds() {
	pending := k.connecting
	for q, n := range k.asked {
		switch q.answer {
		case mqttsn.TypePuback, mqttsn.TypePubrec: // from the broker, perhaps, after the restart
		case mqttsn.TypeDisconnect, mqttsn.TypeWillTopicResp, mqttsn.TypeWillMsgResp:
			pending = pending || n > 0
			fallthrough
		default:
			delete(k.asked, q)
		}
	}
	if pending {
		k.unsure, k.will.unsure = true, true
	}
	if k.young != nil {
		k.young.gatewayEnds()
	}
	k.connecting, k.dialogue = false, nil
}

// gatewayStarts gives every session a full fresh period.
func (k *watch) gatewayStarts() {
	k.heard = k.w.now
	k.flights = nil
	k.unproven = true // the gateway may know an older address only
	if k.state == watchAwake {
		k.state = watchAsleep // its window ended with the gateway; it will ask again
	}
	i, known := k.w.gateway.engine.Device(k.name)
	switch {
	case !known || !i.Located || k.w.residents[i.Addr] != nil:
	case k.state == watchNone && k.w.now-k.ended < settled:
		k.revives(i)
	case k.resident && k.w.now-k.moved < settled:
		k.settleAt(i.Addr) // again where it was before
	}
}

// revives is what a crash does to a session whose end was not on disk yet.
func (k *watch) revives(i engine.DeviceInfo) {
	switch i.State {
	case engine.Active:
		k.state = watchActive
	case engine.Asleep:
		k.state = watchAsleep
	default:
		return
	}
	k.unsure = true
	k.w.wills.revived(k)
	k.settleAt(i.Addr)
}
