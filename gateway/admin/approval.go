package admin

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"mqttsn-gateway/gateway/engine"
)

// approvals lists who waits for approval, and who has it.
func (s *Server) approvals(r *http.Request) (any, error) {
	list := Approvals{Waiting: []Waiting{}, Approved: []Applicant{}}
	err := s.ask(r.Context(), func(e *engine.Engine, now time.Duration, _ *engine.Out) {
		c := clock{now, time.Now()}
		for _, w := range e.Applicants() {
			list.Waiting = append(list.Waiting, Waiting{
				Applicant: Applicant(w.Applicant), Address: s.cfg.Describe(w.Addr), First: c.time(w.First), Last: c.time(w.Last), Attempts: w.Attempts,
			})
		}
		for _, ap := range e.Approvals() {
			list.Approved = append(list.Approved, Applicant(ap))
		}
	})
	return list, err
}

func (s *Server) approve(r *http.Request) (any, error) {
	ap, err := readApplicant(r)
	if err != nil {
		return nil, err
	}
	var refused error
	err = s.ask(r.Context(), func(e *engine.Engine, now time.Duration, out *engine.Out) { refused = e.Approve(now, ap, out) })
	switch {
	case err != nil:
		return nil, err
	case errors.Is(refused, engine.ErrNoSuchApplicant):
		return nil, problem{http.StatusBadRequest, refused.Error()}
	case errors.Is(refused, engine.ErrApproved):
		return nil, problem{http.StatusConflict, refused.Error()}
	case refused != nil:
		return nil, problem{http.StatusServiceUnavailable, refused.Error()}
	}
	return Done{true}, nil
}

func (s *Server) dismiss(r *http.Request) (any, error) {
	ap, err := readApplicant(r)
	if err != nil {
		return nil, err
	}
	done := false
	err = s.ask(r.Context(), func(e *engine.Engine, now time.Duration, out *engine.Out) { done = e.Dismiss(now, ap, out) })
	if err == nil && !done {
		err = problem{http.StatusNotFound, "nobody waits or is approved as " + strconv.Quote(ap.Client) + " there"}
	}
	return Done{done}, err
}

func readApplicant(r *http.Request) (engine.Applicant, error) {
	var ap Applicant
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(&ap); err != nil {
		return engine.Applicant{}, problem{http.StatusBadRequest, "the body is not a device: " + err.Error()}
	}
	return engine.Applicant(ap), nil
}
