package topic

import "strings"

const sharePrefix = "$share/"

// ParseShare takes a shared subscription apart: $share/group/inner (MQTT 5, section 4.8.2). For any other filter ok is
// false and inner is the filter itself. The error is ErrShare when the filter begins like a shared subscription and
// lacks the group or the inner filter, or when the group contains a wildcard. The inner filter is not checked, see
// ValidFilter. The results share memory with filter.
func ParseShare(filter string) (group, inner string, ok bool, err error) {
	rest, shared := strings.CutPrefix(filter, sharePrefix)
	if !shared {
		return "", filter, false, nil
	}
	group, inner, _ = strings.Cut(rest, "/")
	if group == "" || inner == "" || HasWildcard(group) {
		return "", "", false, ErrShare
	}
	return group, inner, true, nil
}
