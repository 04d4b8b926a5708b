package admin

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/mqtt"
)

// command runs one of the engine's commands on the session that the path names.
func (s *Server) command(r *http.Request, failed string, f func(e *engine.Engine, now time.Duration, id string, out *engine.Out) bool) (any, error) {
	id, done := r.PathValue("id"), false
	err := s.ask(r.Context(), func(e *engine.Engine, now time.Duration, out *engine.Out) { done = f(e, now, id, out) })
	if err == nil && !done {
		err = problem{http.StatusNotFound, failed + " " + strconv.Quote(id)}
	}
	return Done{done}, err
}

func (s *Server) kick(r *http.Request) (any, error) {
	return s.command(r, "there is no connected device", (*engine.Engine).Kick)
}

func (s *Server) forget(r *http.Request) (any, error) {
	return s.command(r, "there is no session of a device", (*engine.Engine).Forget)
}

func (s *Server) kickClient(r *http.Request) (any, error) {
	return s.command(r, "there is no connected client", (*engine.Engine).KickClient)
}

func (s *Server) publish(r *http.Request) (any, error) {
	var p Publication
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return nil, problem{http.StatusBadRequest, "the body is not a publication: " + err.Error()}
	}
	var done Published
	var reason mqtt.Reason
	err := s.ask(r.Context(), func(e *engine.Engine, now time.Duration, out *engine.Out) {
		done.Sessions, reason = e.Publish(now, p.Topic, []byte(p.Payload), p.QoS, p.Retain, out)
	})
	switch {
	case err != nil:
		return nil, err
	case reason == mqtt.TopicNameInvalid:
		return nil, problem{http.StatusBadRequest, "a topic name without wildcards is needed, and a QoS of 0 to 2"}
	case reason.Failed():
		return nil, problem{http.StatusServiceUnavailable, "not taken: " + reason.String()}
	}
	return done, nil
}

func (s *Server) reload(r *http.Request) (any, error) {
	ctx, cancel := context.WithTimeout(r.Context(), reloadTimeout)
	defer cancel()
	changes, err := s.cfg.Reload(ctx)
	if err != nil {
		return nil, problem{http.StatusUnprocessableEntity, err.Error()}
	}
	return Reloaded{changes}, nil
}
