package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// A Setting is a value that somebody gave beside the file: with a flag.
type Setting struct {
	Origin string // how they gave it: "--udp"
	Path   string // of the key: "links[0].listen"
	Value  string
}

// Load reads the file (none if its name is empty), then the environment in the form of os.Environ, then the flags; the
// later overrides. Its error joins all problems that there are, each a *Problem, and the configuration is nil then.
//
// A broker's URL means mode transparent, unless something that counts as much or more names a mode.
func Load(file string, environ []string, flags []Setting) (*Config, error) {
	r := newReader()
	if file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, &Problem{Origin: file, What: reason(err)}
		}
		r.yaml(text, origin{rank: fromFile, name: file}, whole(r.config))
	}
	r.environment(environ)
	for _, f := range flags {
		r.override(f.Path, f.Value, origin{rank: fromFlag, name: f.Origin})
	}
	return r.finish()
}

func newReader() *reader {
	return &reader{config: Default(), set: map[string]origin{}}
}

// finish settles the mode and checks everything.
func (r *reader) finish() (*Config, error) {
	if r.config.Upstream.URL != "" && r.set["upstream.url"].rank > r.set["gateway.mode"].rank {
		r.config.Gateway.Mode = Transparent
	}
	r.check()
	if len(r.problems) > 0 {
		return nil, joined(r.problems)
	}
	return r.config, nil
}

// reason says why a file cannot be read, without the name that stands before it already.
func reason(err error) string {
	switch e := (*fs.PathError)(nil); {
	case errors.Is(err, fs.ErrNotExist):
		return "there is no such file"
	case errors.As(err, &e):
		return fmt.Sprint("cannot be read: ", e.Err)
	}
	return err.Error()
}
