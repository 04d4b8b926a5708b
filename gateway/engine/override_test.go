package engine

import "testing"

func TestMatchPattern(t *testing.T) {
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
		{"a*b*c", "abc", true},
		{"a*b*c", "axxbxxc", true},
		{"a*b*c", "acb", false},
		{"ab*ba", "aba", false},
	} {
		if got := matchPattern(tt.pattern, tt.id); got != tt.want {
			t.Errorf("%s matches %s: %t, want %t", tt.pattern, tt.id, got, tt.want)
		}
	}
}

func TestOverridesPreferTheNarrowest(t *testing.T) {
	name := func(s string) DeviceOverride { return DeviceOverride{Predefined: map[uint16]string{1: s}} }
	o := newOverrides(map[string]DeviceOverride{"*": name("all"), "pump-*": name("pumps"), "pump-7": name("seven")})
	for id, want := range map[string]string{"th1": "all", "pump-1": "pumps", "pump-7": "seven"} {
		if got := o.of(id).Predefined[1]; got != want {
			t.Errorf("%s is one of %s, want %s", id, got, want)
		}
	}
}
