package admin

import (
	"net/http"
	"slices"
	"time"

	"mqttsn-gateway/gateway/engine"
)

// A Radio tells of a link's modem what the engine cannot know. Its methods may be called from any goroutine.
type Radio interface {
	Modem() string   // what it is and how it is set; empty if that is not known yet
	Problem() string // why the link is down; empty if it is up
	Nodes() []Node   // ordered by address
}

// Nodes is every node that a radio has heard or sent to.
type Nodes struct {
	Nodes []Node `json:"nodes"`
}

// Node is a radio module as the modem of a link sees it.
type Node struct {
	Address   string    `json:"address"`
	Name      string    `json:"name,omitempty"`
	RSSI      int       `json:"rssi,omitempty"`
	Heard     time.Time `json:"heard,omitzero"`
	Received  uint64    `json:"received"`
	Sent      uint64    `json:"sent"`
	Delivered uint64    `json:"delivered"`
	Failed    uint64    `json:"failed"`
	Retries   uint64    `json:"retries"`
	LastError string    `json:"last_error,omitempty"`
	Devices   []string  `json:"devices"` // client ids, behind a forwarder included; filled in by the server
}

// radio returns what the i-th link has of a radio, nil if nothing.
func (s *Server) radio(i int) Radio {
	if i < len(s.cfg.Radios) {
		return s.cfg.Radios[i]
	}
	return nil
}

func (s *Server) nodes(r *http.Request) (any, error) {
	i, ok := s.linkNamed(r.PathValue("name"))
	if !ok {
		return nil, errNoLink
	}
	radio := s.radio(i)
	if radio == nil {
		return nil, problem{http.StatusNotFound, "the link knows its devices only"}
	}
	var heads []engine.DeviceHead
	err := s.ask(r.Context(), func(e *engine.Engine, _ time.Duration, _ *engine.Out) { heads = e.DeviceHeads() })
	if err != nil {
		return nil, err
	}
	at := make(map[string][]string) // by address
	for _, h := range heads {
		if h.Located && int(h.Addr.Link) == i {
			node := s.cfg.Describe(engine.Addr{Link: h.Addr.Link, Peer: h.Addr.Peer})
			at[node] = append(at[node], h.ID)
		}
	}
	nodes := radio.Nodes()
	for i := range nodes {
		ids := append([]string{}, at[nodes[i].Address]...) // rather than null
		slices.Sort(ids)
		nodes[i].Devices = ids[:min(len(ids), maxInside)]
	}
	return Nodes{nodes}, nil
}

var errNoLink = problem{http.StatusNotFound, "there is no link of this name"}

func (s *Server) linkNamed(name string) (int, bool) {
	i := slices.IndexFunc(s.cfg.Links, func(l LinkIdentity) bool { return l.Name == name })
	return i, i >= 0
}
