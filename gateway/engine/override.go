package engine

import (
	"cmp"
	"slices"
	"strings"

	"mqttsn-gateway/gateway/access"
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

func (o *overrides) of(id string) DeviceOverride { return o.exact[o.match(id)] }

// match is the client id or pattern that holds for a device, empty for none.
func (o *overrides) match(id string) string {
	if _, ok := o.exact[id]; ok {
		return id
	}
	for _, p := range o.patterns {
		if id != "" && access.Match(p, id) {
			return p
		}
	}
	return ""
}
