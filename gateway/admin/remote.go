package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// A Remote asks a running gateway through its API.
type Remote struct {
	URL   string // of the server, such as http://127.0.0.1:8080
	Token string // empty for none
}

// maxAnswer bounds what a Remote reads, in octets: a page of the list of devices takes a tenth of it.
const maxAnswer = 16 << 20

// answerTimeout bounds how long a Remote waits for an answer.
const answerTimeout = 30 * time.Second

// Get reads the answer to a question into v. The path is the part behind /api/v1/. Where the gateway refuses,
// the error is its reason.
func (r *Remote) Get(ctx context.Context, path string, v any) error {
	return r.call(ctx, http.MethodGet, path, nil, v)
}

// Post gives a command, with body as JSON unless it is nil, and reads the answer into v.
func (r *Remote) Post(ctx context.Context, path string, body, v any) error {
	return r.call(ctx, http.MethodPost, path, body, v)
}

func (r *Remote) call(ctx context.Context, method, path string, body, v any) error {
	var text bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&text).Encode(body); err != nil {
			return err
		}
	}
	q, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(r.URL, "/")+"/api/v1/"+path, &text)
	if err != nil {
		return err
	}
	if r.Token != "" {
		q.Header.Set("Authorization", "Bearer "+r.Token)
	}
	q.Close = true
	a, err := (&http.Client{Timeout: answerTimeout}).Do(q)
	if err != nil {
		return err
	}
	defer a.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(a.Body, maxAnswer))
	if err != nil {
		return err
	}
	if a.StatusCode != http.StatusOK {
		e := Error{}
		if json.Unmarshal(answer, &e) != nil || e.Error == "" {
			return fmt.Errorf("%s answers %s: is it a gateway?", r.URL, a.Status)
		}
		return errors.New(e.Error)
	}
	if err := json.Unmarshal(answer, v); err != nil {
		return fmt.Errorf("%s does not answer as a gateway does: %w", r.URL, err)
	}
	return nil
}
