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

// Stream opens an answer that goes on until the caller closes it, or ctx ends.
func (r *Remote) Stream(ctx context.Context, path string) (io.ReadCloser, error) {
	c := &http.Client{Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, ResponseHeaderTimeout: answerTimeout}}
	a, err := r.ask(ctx, c, http.MethodGet, path, nil)
	if err != nil {
		return nil, err
	}
	return a.Body, nil
}

func (r *Remote) call(ctx context.Context, method, path string, body, v any) error {
	a, err := r.ask(ctx, &http.Client{Timeout: answerTimeout}, method, path, body)
	if err != nil {
		return err
	}
	defer a.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(a.Body, maxAnswer))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(answer, v); err != nil {
		return fmt.Errorf("%s does not answer as a gateway does: %w", r.URL, err)
	}
	return nil
}

// ask makes a request. The answer is one of success.
func (r *Remote) ask(ctx context.Context, c *http.Client, method, path string, body any) (*http.Response, error) {
	var text bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&text).Encode(body); err != nil {
			return nil, err
		}
	}
	q, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(r.URL, "/")+"/api/v1/"+path, &text)
	if err != nil {
		return nil, err
	}
	if r.Token != "" {
		q.Header.Set("Authorization", "Bearer "+r.Token)
	}
	q.Close = true
	a, err := c.Do(q)
	if err != nil {
		return nil, err
	}
	if a.StatusCode == http.StatusOK {
		return a, nil
	}
	defer a.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(a.Body, maxAnswer))
	if err != nil {
		return nil, err
	}
	e := Error{}
	if json.Unmarshal(answer, &e) != nil || e.Error == "" {
		return nil, fmt.Errorf("%s answers %s: is it a gateway?", r.URL, a.Status)
	}
	return nil, errors.New(e.Error)
}
