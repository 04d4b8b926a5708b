package engine

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/topic"
)

// mappings is an engine with these rules.
func mappings(t testing.TB, rules ...MappingRule) *Engine {
	t.Helper()
	c := DefaultConfig("udp")
	c.Mapping = rules
	e, err := New(c)
	require.NoError(t, err)
	return e
}

var everybody = []string{"*"}

func TestMapping(t *testing.T) {
	e := mappings(t,
		MappingRule{Clients: []string{"free-*"}, Links: everybody},
		MappingRule{
			Clients: everybody, Links: []string{"field"},
			Up:   Direction{Prefix: "up/%l/%c/", Aliases: map[string]string{"t": "telemetry/temp"}},
			Down: Direction{Prefix: "down/%c/", Aliases: map[string]string{"s": "settings"}},
		},
	)
	for _, row := range []struct{ id, link, out, filter, in string }{
		{"free-1", "field", "t", "s", "s"},
		{"th7", "yard", "t", "s", "s"},
		{"th7", "field", "up/field/th7/telemetry/temp", "down/th7/settings", "down/th7/settings"},
	} {
		m, ok := e.mappingOf(row.id, row.link)
		require.True(t, ok, row.id)
		out, ok := m.outward("t")
		require.True(t, ok)
		require.Equal(t, row.out, out)
		require.Equal(t, row.filter, m.filter("s"))
		in, ok := m.inward(row.in)
		require.True(t, ok)
		require.Equal(t, "s", in)
	}
	m, _ := e.mappingOf("th7", "field")
	for _, outside := range []string{"", "s", "down/th7", "down/th7/", "down/th8/settings", "up/field/th7/t", "DOWN/th7/s"} {
		_, ok := m.inward(outside)
		require.False(t, ok, outside)
	}
	_, ok := m.outward(strings.Repeat("x", 65530))
	require.False(t, ok, "too long for MQTT")
	for _, id := range []string{"", "#", "+", "a/b", "$SYS"} {
		_, ok := e.mappingOf(id, "field")
		require.False(t, ok, id)
	}
}

// TestMappingMoves: subscriptions that were restored follow the rules of today.
func TestMappingMoves(t *testing.T) {
	e := mappings(t, MappingRule{Clients: everybody, Links: everybody, Down: Direction{Prefix: "new/%c/"}})
	m, _ := e.mappingOf("th7", "udp")
	m.was = "old/"
	require.Equal(t, "new/th7/+/set", m.moved("old/+/set"))
	m.was = m.down
	require.Equal(t, "new/th7/+/set", m.moved("new/th7/+/set"))
}

// FuzzMapping: whatever a device is called, and says, nothing leads out of its place or into it from outside.
func FuzzMapping(f *testing.F) {
	for _, s := range []string{"th7|a|#|p/th7/a", "a/b|..|+/x|p/a/b/x", "$|$SYS/x|$SYS/#|$SYS/x", "|x|x|p//x", "t|t|t|p/t/long"} {
		part := strings.Split(s, "|")
		f.Add(part[0], part[1], part[2], part[3])
	}
	e := mappings(f, MappingRule{
		Clients: everybody, Links: everybody,
		Up:   Direction{Prefix: "p/%c/", Aliases: map[string]string{"t": "long"}},
		Down: Direction{Prefix: "p/%c/", Aliases: map[string]string{"t": "long"}},
	})
	f.Fuzz(func(t *testing.T, id, name, filter, heard string) {
		m, ok := e.mappingOf(id, "udp")
		if !ok || topic.ValidName(name) != nil || topic.ValidFilter(filter) != nil || topic.ValidName(heard) != nil {
			return
		}
		place := "p/" + id + "/"
		if out, ok := m.outward(name); ok && (!strings.HasPrefix(out, place) || strings.Count(place, "/") != 2) {
			t.Errorf("%q of %q goes to %q", name, id, out)
		}
		wanted := m.filter(filter)
		inside := topic.Match(place+"#", heard) && topic.ValidFilter(wanted) == nil
		if topic.Match(wanted, heard) && !inside {
			t.Errorf("%q of %q brings %q", filter, id, heard)
		}
		if in, ok := m.inward(heard); ok && !strings.HasPrefix(heard, place) {
			t.Errorf("%q hears %q as %q", id, heard, in)
		}
	})
}
