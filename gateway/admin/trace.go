package admin

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/gateway/trace"
)

const (
	maxWatches = 8     // callers that watch packets at the same time: for each the gateway copies what it sees
	maxSeconds = 86400 // of one capture
)

// A sink writes packets to a caller.
type sink interface {
	begin() error
	packet(p *trace.Packet) error
	idle() error // nothing came for a while
}

// traceStream shows packets as server-sent events.
func (s *Server) traceStream(w http.ResponseWriter, r *http.Request) {
	s.watch(w, r, "text/event-stream", &eventSink{s, w})
}

// traceFile gives packets as a capture.
func (s *Server) traceFile(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Disposition", `attachment; filename="mqttsn-gateway.pcapng"`)
	s.watch(w, r, "application/x-pcapng", &captureSink{s: s, w: w})
}

// watch opens a tap as the query says, and hands on what it sees until the caller goes, or the time that it asked for is
// over.
func (s *Server) watch(w http.ResponseWriter, r *http.Request, kind string, to sink) {
	tap, over, err := s.tapOf(r)
	if err != nil {
		refuse(w, err)
		return
	}
	defer tap.Close()
	select {
	case s.watches <- struct{}{}:
		defer func() { <-s.watches }()
	default:
		refuse(w, problem{http.StatusServiceUnavailable, "too many watch packets already"})
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), askTimeout)
	defer cancel()
	if !s.cfg.Watch(ctx, tap) {
		refuse(w, errBusy)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "no-store")
	hand(tap, to, http.NewResponseController(w), over, r.Context().Done())
}

// tapOf is the tap that a query asks for, and when it ends: nil for never.
func (s *Server) tapOf(r *http.Request) (*trace.Tap, <-chan time.Time, error) {
	q := r.URL.Query()
	var link *engine.LinkID
	if name := q.Get("link"); name != "" {
		i, ok := s.linkNamed(name)
		if !ok {
			return nil, nil, errNoLink
		}
		link = new(engine.LinkID(i))
	}
	seconds, err := number(r, "seconds", 0, maxSeconds)
	if err != nil {
		return nil, nil, err
	}
	var over <-chan time.Time
	if seconds > 0 {
		over = time.After(time.Duration(seconds) * time.Second)
	}
	return trace.NewTap(q.Get("client"), link), over, nil
}

// hand hands on what a tap sees. A caller that does not read is left after the time for one answer; what does not fit the
// tap meanwhile is counted.
func hand(tap *trace.Tap, to sink, out *http.ResponseController, over <-chan time.Time, done <-chan struct{}) {
	alive := time.NewTicker(heartbeat)
	defer alive.Stop()
	err := to.begin()
	for err == nil {
		if err = out.Flush(); err != nil {
			return
		}
		select {
		case <-tap.Ready():
		case <-alive.C:
			_ = out.SetWriteDeadline(time.Now().Add(writeTimeout)) // every connection of ours has deadlines
			err = to.idle()
			continue
		case <-over:
			return
		case <-done:
			return
		}
		_ = out.SetWriteDeadline(time.Now().Add(writeTimeout))
		packets := tap.Take()
		for i := 0; i < len(packets) && err == nil; i++ {
			err = to.packet(&packets[i])
		}
	}
}

// addressOf shows where a packet comes from or goes to.
func (s *Server) addressOf(p *trace.Packet) string {
	if p.Broadcast {
		return "everyone"
	}
	return s.cfg.Describe(p.Addr)
}

// whose is what a packet's comment begins with.
func (s *Server) whose(p *trace.Packet) string {
	return cmp.Or(p.Client, "unknown") + " at " + s.addressOf(p) + " on " + s.cfg.Links[p.Addr.Link].Name
}
