package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"mqttsn-gateway/gateway/admin"
)

// A remote is how the commands about a running gateway reach it, and how they answer.
type remote struct {
	admin.Remote
	tokenFile string
	json      bool
}

// defaultURL is where docs/admin.md has a gateway listen.
const defaultURL = "http://127.0.0.1:8080"

// command makes a command about a running gateway, which run performs.
func (r *remote) command(cmd *cobra.Command, run func(cmd *cobra.Command, args []string) error) *cobra.Command {
	cmd.Long += "\n\nThe gateway must have been started with --http or http.listen. Against one on another machine, --token-file is needed."
	fs := cmd.Flags()
	fs.SortFlags = false
	fs.StringVar(&r.URL, "url", defaultURL, "where the gateway's admin page is, a `URL`")
	fs.StringVar(&r.tokenFile, "token-file", "", "`FILE` whose first line is the gateway's token")
	fs.BoolVar(&r.json, "json", false, "answer as JSON, as the API gives it")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := r.readToken(); err != nil {
			return failure{err}
		}
		return r.explain(run(cmd, args))
	}
	return cmd
}

func (r *remote) readToken() error {
	if r.tokenFile == "" {
		return nil
	}
	text, err := os.ReadFile(r.tokenFile)
	line, _, _ := strings.Cut(string(text), "\n")
	r.Token = strings.TrimSpace(line)
	return err
}

// explain says what to do when no gateway answers.
func (r *remote) explain(err error) error {
	if err == nil {
		return nil
	}
	if u := (*url.Error)(nil); errors.As(err, &u) {
		err = fmt.Errorf("no gateway answers at %s: %w", r.URL, u.Err)
		if errors.As(u, new(*net.OpError)) {
			err = fmt.Errorf("%w; start it with --http 127.0.0.1:8080, or say with --url where it is", err)
		}
	}
	return failure{err}
}

// show writes v as JSON if that is wanted, or else has people write it.
func (r *remote) show(w io.Writer, v any, people func(t *tabwriter.Writer)) error {
	if r.json {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(v)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	people(t)
	return t.Flush()
}

// ago shows how long ago something was.
func ago(t time.Time) string {
	return max(0, time.Since(t)).Truncate(time.Second).String() + " ago"
}

// clock shows a time of day, with its date if that is another.
func clock(t time.Time) string {
	t = t.Local()
	if t.Format(time.DateOnly) == time.Now().Format(time.DateOnly) {
		return t.Format(time.TimeOnly)
	}
	return t.Format(time.DateTime)
}

// plain makes what comes from devices safe to show: a client id may hold what a terminal would obey.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return '\ufffd'
		}
		return r
	}, s)
}
