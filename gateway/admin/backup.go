package admin

import (
	"net/http"
	"time"
)

// backupTime is the longest that a backup may take: as long as it runs the store gives no room back.
const backupTime = 10 * time.Minute

// backup is everything that is on disk at this moment, as the command store export writes it; one at a time. Whether it is
// whole shows in its last line.
func (s *Server) backup(w http.ResponseWriter, _ *http.Request) {
	if s.cfg.Export == nil {
		refuse(w, problem{http.StatusNotFound, "the gateway keeps nothing on disk: gateway.data is not set"})
		return
	}
	select {
	case s.backups <- struct{}{}:
		defer func() { <-s.backups }()
	default:
		refuse(w, problem{http.StatusServiceUnavailable, "another backup is being made"})
		return
	}
	w.Header().Set("Content-Type", "application/jsonl")
	w.Header().Set("Cache-Control", "no-store")
	if _, err := s.cfg.Export(&patient{w, http.NewResponseController(w), time.Now().Add(backupTime)}); err != nil {
		s.cfg.Log.WithError(err).Warn("a backup is not whole")
	}
}

// A patient writer gives each of many writes the time for one answer, and all of them together until a deadline.
type patient struct {
	w   http.ResponseWriter
	out *http.ResponseController
	end time.Time
}

func (p *patient) Write(b []byte) (int, error) {
	by := time.Now().Add(writeTimeout)
	if p.end.Before(by) {
		by = p.end
	}
	if err := p.out.SetWriteDeadline(by); err != nil {
		return 0, err
	}
	return p.w.Write(b)
}
