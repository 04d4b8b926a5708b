package access

import "testing"

func TestMatch(t *testing.T) {
	for _, tt := range []struct {
		pattern, id string
		want        bool
	}{
		{"pump", "pump", true},
		{"pump", "pump7", false},
		{"pump-*", "pump-7", true},
		{"pump-*", "pump-", true},
		{"pump-*", "pump", false},
		{"*-7", "pump-7", true},
		{"*-7", "pump-77", false},
		{"*", "anything/at all", true},
		{"*", "", true},
		{"", "", true},
		{"", "a", false},
		{"a*b*c", "abc", true},
		{"a*b*c", "axxbxxc", true},
		{"a*b*c", "acb", false},
		{"ab*ba", "aba", false},
	} {
		if got := Match(tt.pattern, tt.id); got != tt.want {
			t.Errorf("%s matches %s: %t, want %t", tt.pattern, tt.id, got, tt.want)
		}
	}
}
