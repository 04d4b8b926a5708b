package topic

import "strings"

// Match reports whether a valid filter, without $share, covers a valid name. A wildcard in place of the first level
// does not cover names that begin with '$' (MQTT 5, section 4.7.2).
func Match(filter, name string) bool {
	if hidden(name) && startsWithWildcard(filter) {
		return false
	}
	for {
		want, filterRest, moreFilter := cut(filter)
		if want == "#" {
			return true
		}
		got, nameRest, moreName := cut(name)
		if want != "+" && want != got {
			return false
		}
		switch {
		case !moreName:
			// "sport/#" covers "sport" as well: '#' includes the level above it.
			return !moreFilter || filterRest == "#"
		case !moreFilter:
			return false
		}
		filter, name = filterRest, nameRest
	}
}

// cut splits off the first level of a name or filter. It tells "a" from "a/", whose second level is empty, by more.
func cut(s string) (level, rest string, more bool) {
	return strings.Cut(s, "/")
}

// hidden reports whether a name, or the first level of one, is out of reach for a wildcard in the first level.
func hidden(name string) bool {
	return strings.HasPrefix(name, "$")
}

func startsWithWildcard(filter string) bool {
	return strings.HasPrefix(filter, "+") || strings.HasPrefix(filter, "#")
}
