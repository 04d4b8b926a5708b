package topic_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/topic"
)

// covered lists the names that a filter finds, in the order in which it finds them.
func covered[V any](names *topic.Names[V], filter string) []string {
	var found []string
	names.Match(filter, func(name string, _ V) bool {
		found = append(found, name)
		return true
	})
	return found
}

func TestNamesMatchLikeMatch(t *testing.T) {
	var names topic.Names[int]
	all := map[string]bool{}
	for i, c := range matchCases {
		names.Set(c.name, i)
		all[c.name] = true
	}
	require.Equal(t, len(all), names.Len())
	for _, c := range matchCases {
		var want []string
		for name := range all {
			if topic.Match(c.filter, name) {
				want = append(want, name)
			}
		}
		require.ElementsMatch(t, want, covered(&names, c.filter), c.filter)
	}
}

func TestNamesSetGetDelete(t *testing.T) {
	var names topic.Names[string]
	require.False(t, names.Delete("a"))
	names.Set("a/b/c", "deep")
	names.Set("a", "shallow")
	require.Equal(t, 2, names.Len())

	_, ok := names.Get("a/b")
	require.False(t, ok, "only part of a longer name")
	require.False(t, names.Delete("a/b"))

	names.Set("a", "replaced")
	v, ok := names.Get("a")
	require.True(t, ok)
	require.Equal(t, "replaced", v)
	require.Equal(t, 2, names.Len())

	require.True(t, names.Delete("a"))
	require.False(t, names.Delete("a"))
	require.Equal(t, []string{"a/b/c"}, covered(&names, "#"))
	require.True(t, names.Delete("a/b/c"))
	require.Zero(t, names.Len())
	require.Empty(t, covered(&names, "#"))
}

func TestNamesMatchStops(t *testing.T) {
	var names topic.Names[int]
	for i := range 100 {
		names.Set(fmt.Sprintf("site/%d", i), i)
	}
	for _, filter := range []string{"#", "site/#", "+/+", "site/+", "+/#"} {
		seen := 0
		names.Match(filter, func(string, int) bool { seen++; return seen < 3 })
		require.Equal(t, 3, seen, filter)
	}
}

func TestNamesRepeatThemselves(t *testing.T) {
	build := func() []string {
		var names topic.Names[int]
		for i := range 100 {
			names.Set(fmt.Sprintf("site/%d/temp", i), i)
		}
		for i := range 50 {
			names.Delete(fmt.Sprintf("site/%d/temp", i*3%100))
		}
		return covered(&names, "+/+/temp")
	}
	first := build()
	require.Len(t, first, 50)
	for range 5 {
		require.Equal(t, first, build())
	}
}

// TestNamesAgainstModel sets and deletes at random, and compares with a map.
func TestNamesAgainstModel(t *testing.T) {
	r := seeded(t)
	var names topic.Names[int]
	model := map[string]int{}
	for i := range 3_000 {
		name := randomName(r)
		if _, there := model[name]; r.IntN(2) == 0 {
			names.Set(name, i)
			model[name] = i
		} else {
			require.Equal(t, there, names.Delete(name), name)
			delete(model, name)
		}
		require.Equal(t, len(model), names.Len())

		filter := randomFilter(r)
		want := map[string]int{}
		for name, v := range model {
			if naiveMatch(filter, name) {
				want[name] = v
			}
		}
		got := map[string]int{}
		names.Match(filter, func(name string, v int) bool {
			_, twice := got[name]
			require.False(t, twice, "%q visited twice", name)
			got[name] = v
			return true
		})
		require.Equal(t, want, got, filter)
	}
}

// TestNamesHostile: a long, deep name costs as many nodes as it has levels, and gives them back.
func TestNamesHostile(t *testing.T) {
	var names topic.Names[int]
	deep := strings.Repeat("/", topic.MaxLevels-1)
	for i := range 100 {
		names.Set(fmt.Sprint(i)+deep, i)
	}
	for _, filter := range []string{
		"#", strings.Repeat("+/", topic.MaxLevels-1) + "+", strings.Repeat("+/", topic.MaxLevels-1) + "#",
	} {
		require.Len(t, covered(&names, filter), 100)
	}
	require.Empty(t, covered(&names, strings.Repeat("+/", topic.MaxLevels)+"+"))
	for i := range 100 {
		require.True(t, names.Delete(fmt.Sprint(i)+deep))
	}
	require.Empty(t, covered(&names, "#"))
}

func ExampleNames() {
	var names topic.Names[float64]
	names.Set("site/greenhouse/temp", 21.5)
	names.Set("site/cellar/temp", 12)
	names.Match("site/+/temp", func(name string, v float64) bool {
		fmt.Println(name, v)
		return true
	})
	// Output:
	// site/greenhouse/temp 21.5
	// site/cellar/temp 12
}
