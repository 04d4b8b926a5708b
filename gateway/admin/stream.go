package admin

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

const (
	maxStreams = 32
	heartbeat  = 15 * time.Second // keeps proxies from giving up, and finds out who is gone
)

// stream is the live tail of the events, as server-sent events. It begins behind Last-Event-ID, or with what comes next.
func (s *Server) stream(w http.ResponseWriter, r *http.Request) {
	select {
	case s.streams <- struct{}{}:
		defer func() { <-s.streams }()
	default:
		refuse(w, problem{http.StatusServiceUnavailable, "too many streams are open"})
		return
	}
	t := &tail{s: s, w: w, out: http.NewResponseController(w), wanted: eventFilter(r), seq: s.cfg.Events.newest()}
	if seq, err := strconv.ParseUint(r.Header.Get("Last-Event-ID"), 10, 64); err == nil {
		t.seq = seq
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	t.run(r.Context().Done())
}

// A tail is one stream.
type tail struct {
	s      *Server
	w      http.ResponseWriter
	out    *http.ResponseController
	wanted func(*Event) bool
	seq    uint64 // the last event that was seen
}

// run ends when the caller or the server is gone.
func (t *tail) run(done <-chan struct{}) {
	alive := time.NewTicker(heartbeat)
	defer alive.Stop()
	text := ": hello\n\n"
	for {
		more, ok := t.write(text)
		if !ok {
			return
		}
		text = ""
		select {
		case <-more:
		case <-alive.C:
			text = ": still here\n\n"
		case <-done:
			return
		}
	}
}

// write writes text, and then what has happened. A caller that does not read is left after the time for one answer.
func (t *tail) write(text string) (more <-chan struct{}, ok bool) {
	events, more := t.s.cfg.Events.since(t.s, t.seq)
	_ = t.out.SetWriteDeadline(time.Now().Add(writeTimeout)) // every connection of ours has deadlines
	if _, err := fmt.Fprint(t.w, text); err != nil {
		return nil, false
	}
	for i := range events {
		e := &events[i]
		t.seq = e.Seq
		if !t.wanted(e) {
			continue
		}
		data, err := json.Marshal(e)
		if err != nil {
			return nil, false
		}
		if _, err = fmt.Fprintf(t.w, "id: %d\ndata: %s\n\n", e.Seq, data); err != nil {
			return nil, false
		}
	}
	return more, t.out.Flush() == nil
}
