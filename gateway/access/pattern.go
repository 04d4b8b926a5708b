package access

import "strings"

// Match reports whether s is the pattern p with something, or nothing, in place of each *.
func Match(p, s string) bool {
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

// MatchAny reports whether one of the patterns matches one of the texts.
func MatchAny(patterns []string, texts ...string) bool {
	for _, p := range patterns {
		for _, s := range texts {
			if Match(p, s) {
				return true
			}
		}
	}
	return false
}
