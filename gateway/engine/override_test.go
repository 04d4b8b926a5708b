package engine

import "testing"

func TestOverridesPreferTheNarrowest(t *testing.T) {
	name := func(s string) DeviceOverride { return DeviceOverride{Predefined: map[uint16]string{1: s}} }
	o := newOverrides(map[string]DeviceOverride{"*": name("all"), "pump-*": name("pumps"), "pump-7": name("seven")})
	for id, want := range map[string]string{"th1": "all", "pump-1": "pumps", "pump-7": "seven"} {
		if got := o.of(id).Predefined[1]; got != want {
			t.Errorf("%s is one of %s, want %s", id, got, want)
		}
	}
}
