package engine

import (
	"cmp"
	"slices"
	"strings"
)

// overrides finds what differs for a device: by its client id, or by a pattern in which * stands for any characters. The
// client id itself comes first, then the longest pattern.
type overrides struct {
	exact    map[string]DeviceOverride
	patterns []string // the longest first
}

func newOverrides(devices map[string]DeviceOverride) overrides {
	o := overrides{exact: devices}
	for id := range devices {
		if strings.Contains(id, "*") {
			o.patterns = append(o.patterns, id)
		}
	}
	slices.SortFunc(o.patterns, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b))
	})
	return o
}

func (o *overrides) of(id string) DeviceOverride {
	if d, ok := o.exact[id]; ok {
		return d
	}
	for _, p := range o.patterns {
		if matchPattern(p, id) {
			return o.exact[p]
		}
	}
	return DeviceOverride{}
}

// matchPattern reports whether s is p with something, or nothing, in place of each *.
func matchPattern(p, s string) bool {
	parts := strings.Split(p, "*")
	last := len(parts) - 1
	if last == 0 {
		return p == s
	}
	s, ok := strings.CutPrefix(s, parts[0])
	if !ok {
		return false
	}
	for _, part := range parts[1:last] {
		if _, s, ok = strings.Cut(s, part); !ok {
			return false
		}
	}
	return strings.HasSuffix(s, parts[last])
}
