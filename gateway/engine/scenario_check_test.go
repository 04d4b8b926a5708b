package engine_test

import (
	"fmt"
	"strings"

	"mqttsn-gateway/gateway/engine"
)

// check looks at counters, states or the log. It returns what is instead, or nothing.
func (w *world) check(verb string, args []string) string {
	if verb == "logged" {
		return w.checkLog(strings.Trim(args[0], `"`))
	}
	for _, arg := range args {
		name, want, _ := strings.Cut(arg, "=")
		is, ok := w.count(verb, name)
		if !ok {
			return name + " is not counted"
		}
		if is != want {
			return verb + " " + name + "=" + is
		}
	}
	return ""
}

func (w *world) checkLog(text string) string {
	if text == silence && len(w.notes) > 0 {
		return "logged " + w.notes[0].Kind.String()
	}
	seen := 0
	for _, n := range w.notes {
		if n.Kind.String() == text {
			seen++
		}
	}
	if seen == 1 || text == silence {
		return ""
	}
	return fmt.Sprintf("logged %d times: %s", seen, text)
}

func (w *world) count(verb, name string) (string, bool) {
	stats := w.engine.Stats()
	if verb == "devices" {
		for s := engine.Disconnected; s <= engine.Lost; s++ {
			if s.String() == name {
				return fmt.Sprint(stats.Devices(s)), true
			}
		}
		return "", false
	}
	field := fieldNamed(stats, name)
	if !field.IsValid() || !field.CanUint() {
		return "", false
	}
	return fmt.Sprint(field.Uint()), true
}
