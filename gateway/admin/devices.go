package admin

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"mqttsn-gateway/gateway/engine"
)

const (
	defaultPage = 100
	maxPage     = 500 // entries
	maxInside   = 200 // entries of each list in one device
)

// A window is the part of a list that is asked for.
type window struct{ offset, limit int }

func windowOf(r *http.Request) (w window, err error) {
	if w.offset, err = number(r, "offset", 0, 1<<30); err == nil {
		w.limit, err = number(r, "limit", defaultPage, maxPage)
	}
	return w, err
}

// number reads a parameter of the query between 0 and most.
func number(r *http.Request, name string, otherwise, most int) (int, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > most {
		return 0, problem{http.StatusBadRequest, name + " must be a number of 0 to " + strconv.Itoa(most)}
	}
	return n, nil
}

// cut returns the part of list that w shows.
func cut[T any](w window, list []T) []T {
	from := min(w.offset, len(list))
	return list[from:min(from+w.limit, len(list))]
}

// devices lists heads on the engine's goroutine, searches and sorts them on this one, and then asks for what a page shows
// of those on it.
func (s *Server) devices(r *http.Request) (any, error) {
	w, err := windowOf(r)
	if err != nil {
		return nil, err
	}
	search := s.searchOf(r)
	if search.state != "" && !slices.ContainsFunc(states, func(st engine.State) bool { return st.String() == search.state }) {
		return nil, problem{http.StatusBadRequest, "there is no state " + search.state}
	}
	var heads []engine.DeviceHead
	err = s.ask(r.Context(), func(e *engine.Engine, _ time.Duration, _ *engine.Out) { heads = e.DeviceHeads() })
	if err != nil {
		return nil, err
	}
	heads = slices.DeleteFunc(heads, func(h engine.DeviceHead) bool { return !search.matches(h) })
	slices.SortFunc(heads, func(a, b engine.DeviceHead) int { return cmp.Compare(a.ID, b.ID) })
	list := Devices{Total: len(heads), Offset: w.offset, Devices: []Device{}}
	shown := cut(w, heads)
	err = s.ask(r.Context(), func(e *engine.Engine, now time.Duration, _ *engine.Out) {
		c := clock{now, time.Now()}
		for _, h := range shown {
			if d, ok := e.Device(h.ID); ok { // else it went meanwhile
				list.Devices = append(list.Devices, s.show(h.ID, &d, c))
			}
		}
	})
	return list, err
}

// A search is what devices are looked for by.
type search struct {
	s                 *Server
	text, state, link string
}

func (s *Server) searchOf(r *http.Request) search {
	q := r.URL.Query()
	return search{s, strings.ToLower(q.Get("q")), q.Get("state"), q.Get("link")}
}

func (q search) matches(h engine.DeviceHead) bool {
	switch {
	case q.state != "" && h.State.String() != q.state:
		return false
	case q.link != "" && (!h.Located || q.s.cfg.Links[h.Addr.Link].Name != q.link):
		return false
	}
	return strings.Contains(strings.ToLower(h.ID), q.text) ||
		h.Located && strings.Contains(strings.ToLower(q.s.cfg.Describe(h.Addr)), q.text)
}

func (s *Server) show(id string, d *engine.DeviceInfo, c clock) Device {
	n := &d.Stats
	shown := Device{
		ID: id, State: d.State.String(), Version: d.Version.String(), User: d.User, Identity: d.Identity, Connecting: d.Connecting, Clean: d.Clean, Stalled: d.Stalled,
		KeepAlive: int(d.KeepAlive / time.Second), LastHeard: c.time(d.Heard), StateEnds: c.time(d.Ends),
		Topics: d.Topics, Subscriptions: d.Subscriptions, Queued: d.Queued, QueuedBytes: d.QueuedBytes, InFlight: d.InFlight,
		Counters: DeviceCounters{
			Received: n.In, Sent: n.Out, PublishedUp: n.PublishedUp, PublishedDown: n.PublishedDown,
			Retransmissions: n.Retransmissions, Dropped: n.Dropped, Refused: n.Refused,
		},
	}
	if d.Located {
		shown.Link, shown.Address = s.cfg.Links[d.Addr.Link].Name, s.cfg.Describe(d.Addr)
	}
	if d.State == engine.Asleep || d.State == engine.Awake {
		shown.SleepsUntil = c.time(d.Heard + d.SleepFor)
	}
	return shown
}

func (s *Server) device(r *http.Request) (any, error) {
	id := r.PathValue("id")
	var inside engine.DeviceDetail
	var known bool
	var c clock
	err := s.ask(r.Context(), func(e *engine.Engine, now time.Duration, _ *engine.Out) {
		c = clock{now, time.Now()}
		inside, known = e.DeviceDetail(id, maxInside)
	})
	if err != nil {
		return nil, err
	}
	if !known {
		return nil, noDevice(id)
	}
	d := DeviceDetail{
		Device: s.show(id, &inside.DeviceInfo, c), WillTopic: inside.WillTopic,
		TopicList: []Topic{}, SubscriptionList: []Subscription{}, MessageList: []Message{},
		Events: s.cfg.Events.recent(s, defaultEvents, func(e *Event) bool { return e.Client == id }),
	}
	for _, t := range inside.Topics {
		d.TopicList = append(d.TopicList, Topic{ID: t.ID, Name: t.Name, Known: t.Known, Refused: t.Refused})
	}
	for _, sub := range inside.Subscriptions {
		d.SubscriptionList = append(d.SubscriptionList, Subscription{Filter: sub.Filter, QoS: sub.QoS})
	}
	for _, m := range inside.Waiting {
		d.MessageList = append(d.MessageList, Message{Topic: m.Topic, QoS: m.QoS, Bytes: m.Octets, InFlight: m.InFlight, Tries: m.Tries})
	}
	return d, nil
}

func noDevice(id string) error {
	return problem{http.StatusNotFound, "there is no session of a device " + strconv.Quote(id)}
}

// clients lists the ordinary MQTT clients, as devices does devices.
func (s *Server) clients(r *http.Request) (any, error) {
	w, err := windowOf(r)
	if err != nil {
		return nil, err
	}
	text := strings.ToLower(r.URL.Query().Get("q"))
	var ids []string
	if err = s.ask(r.Context(), func(e *engine.Engine, _ time.Duration, _ *engine.Out) { ids = e.ClientIDs() }); err != nil {
		return nil, err
	}
	ids = slices.DeleteFunc(ids, func(id string) bool { return !strings.Contains(strings.ToLower(id), text) })
	slices.Sort(ids)
	list := Clients{Total: len(ids), Offset: w.offset, Clients: []Client{}}
	shown := cut(w, ids)
	err = s.ask(r.Context(), func(e *engine.Engine, now time.Duration, _ *engine.Out) {
		c := clock{now, time.Now()}
		for _, id := range shown {
			if k, ok := e.Client(id); ok {
				list.Clients = append(list.Clients, showClient(&k, c))
			}
		}
	})
	return list, err
}

func showClient(k *engine.ClientInfo, c clock) Client {
	shown := Client{
		ID: k.ID, Connected: k.Connected, Address: k.Remote, Listener: k.Listener, Version: k.Version.String(),
		KeepAlive: int(k.KeepAlive / time.Second), LastHeard: c.time(k.Heard), Subscriptions: k.Subscriptions,
		Queued: k.Queued, InFlight: k.InFlight, Dropped: k.Dropped,
	}
	if !k.Connected {
		shown.GoneSince = c.time(k.Gone)
	}
	return shown
}
