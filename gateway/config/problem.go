package config

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// A Problem is one mistake in the configuration.
type Problem struct {
	Origin       string // where the value came from: the file, "--udp", an environment variable; empty for a default
	Line, Column int    // in the file, both from 1; 0 elsewhere
	Key          string // path of the key: links[1].listen; empty where no key is to blame
	What         string // what is wrong
	Remedy       string // what to do; may be empty
}

// Error reads "gateway.yaml:14:7: links[1].listen: "x" is not an address; write host:port".
func (p *Problem) Error() string {
	s := p.What
	if p.Remedy != "" {
		s += "; " + p.Remedy
	}
	if p.Key != "" {
		s = p.Key + ": " + s
	}
	switch {
	case p.Line > 0:
		return fmt.Sprintf("%s:%d:%d: %s", p.Origin, p.Line, p.Column, s)
	case p.Origin != "":
		return p.Origin + ": " + s
	}
	return s
}

// joined makes one error of all problems, those of the file in its order.
func joined(ps []*Problem) error {
	slices.SortStableFunc(ps, func(a, b *Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Key, b.Key))
	})
	errs := make([]error, len(ps))
	for i, p := range ps {
		errs[i] = p
	}
	return errors.Join(errs...)
}
