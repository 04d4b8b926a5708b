package admin

import (
	"bufio"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/engine"
)

func note(kind engine.NoteKind, client string) engine.Note {
	return engine.Note{Kind: kind, Client: client}
}

func TestEventsKeepTheNewest(t *testing.T) {
	w := newWorld(t, engine.Builtin)
	for i := range 2*keptEvents + 5 {
		w.events.Add(time.Now(), note(engine.NoteConnected, fmt.Sprint("th", i)))
	}
	var l EventList
	w.get("/api/v1/events?limit=2000", &l)
	require.Len(t, l.Events, keptEvents)
	require.EqualValues(t, keptEvents+6, l.Events[0].Seq)
	require.Equal(t, fmt.Sprint("th", 2*keptEvents+4), l.Events[keptEvents-1].Client)
	w.get("/api/v1/events?client=th4000", &l)
	require.Len(t, l.Events, 1)
	require.Equal(t, http.StatusBadRequest, w.call("GET", "/api/v1/events?limit=x", "", &Error{}))
}

func TestEventsAreFilteredByLevel(t *testing.T) {
	w := newWorld(t, engine.Builtin)
	for _, k := range []engine.NoteKind{engine.NoteAsleep, engine.NoteConnected, engine.NoteLost} {
		w.events.Add(time.Now(), note(k, "th1"))
	}
	for level, want := range map[string]int{"": 3, "debug": 3, "info": 2, "warn": 1} {
		var l EventList
		w.get("/api/v1/events?level="+level, &l)
		require.Len(t, l.Events, want, level)
	}
}

func TestAFloodOfDetailsPushesNothingOut(t *testing.T) {
	var e Events
	now := time.Now()
	e.Add(now, note(engine.NoteLost, "th1"))
	for range 10 * keptEvents {
		e.Add(now, note(engine.NoteMalformed, ""))
	}
	require.EqualValues(t, 1+maxDetails, e.newest())
	e.Add(now.Add(time.Second), note(engine.NoteMalformed, ""))
	require.EqualValues(t, 2+maxDetails, e.newest())
}

// A listener reads a stream.
type listener struct {
	*bufio.Scanner
	t    *testing.T
	stop func() error
}

func (w *world) listen(query string, header ...string) *listener {
	r, err := http.NewRequestWithContext(w.t.Context(), "GET", w.url+"/api/v1/events/stream"+query, nil)
	require.NoError(w.t, err)
	for _, h := range header {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	answer, err := http.DefaultClient.Do(r)
	require.NoError(w.t, err)
	require.Equal(w.t, http.StatusOK, answer.StatusCode)
	require.Equal(w.t, "text/event-stream", answer.Header.Get("Content-Type"))
	return &listener{bufio.NewScanner(answer.Body), w.t, answer.Body.Close}
}

// next is the next line of the stream that says something.
func (l *listener) next() string {
	l.t.Helper()
	for l.Scan() {
		if s := l.Text(); s != "" && !strings.HasPrefix(s, ":") {
			return s
		}
	}
	require.Fail(l.t, "the stream ended", "%v", l.Err())
	return ""
}

func TestStream(t *testing.T) {
	w := newWorld(t, engine.Builtin)
	w.events.Add(time.Now(), note(engine.NoteConnected, "before"))
	all, one := w.listen(""), w.listen("?client=th2")
	w.events.Add(time.Now(), note(engine.NoteConnected, "th1"))
	w.events.Add(time.Now(), note(engine.NoteLost, "th2"))
	require.Equal(t, "id: 2", all.next())
	require.Contains(t, all.next(), `"client":"th1"`)
	require.Equal(t, "id: 3", all.next())
	require.Equal(t, "id: 3", one.next())
	require.Contains(t, one.next(), `"event":"device lost"`)
	require.NoError(t, all.stop())
	require.NoError(t, one.stop())

	again := w.listen("", "Last-Event-ID: 1")
	require.Equal(t, "id: 2", again.next())
	require.NoError(t, again.stop())
	other := w.listen("", "Last-Event-ID: 99")
	require.Equal(t, "id: 1", other.next(), "the gateway was started anew: everything is news")
	require.NoError(t, other.stop())
}

func TestStreamsAreFew(t *testing.T) {
	w := newWorld(t, engine.Builtin)
	for range maxStreams {
		l := w.listen("")
		defer l.stop()
	}
	require.Equal(t, http.StatusServiceUnavailable, w.call("GET", "/api/v1/events/stream", "", &Error{}))
}

func TestCloseEndsStreams(t *testing.T) {
	w := newWorld(t, engine.Builtin)
	l := w.listen("")
	defer l.stop()
	w.server.Close()
	for l.Scan() {
		require.Empty(t, strings.TrimPrefix(l.Text(), ": hello"))
	}
}
