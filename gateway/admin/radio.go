package admin

import (
	"net/http"
	"slices"
	"time"
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
	if radio := s.radio(i); radio != nil {
		return Nodes{radio.Nodes()}, nil
	}
	return nil, problem{http.StatusNotFound, "the link knows its devices only"}
}

var errNoLink = problem{http.StatusNotFound, "there is no link of this name"}

func (s *Server) linkNamed(name string) (int, bool) {
	i := slices.IndexFunc(s.cfg.Links, func(l LinkIdentity) bool { return l.Name == name })
	return i, i >= 0
}
