package topic_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/topic"
)

func TestTreeMatchesLikeMatch(t *testing.T) {
	var tree topic.Tree[int]
	for i, c := range matchCases {
		require.True(t, tree.Add(c.filter, i), c.filter)
	}
	for _, c := range matchCases {
		var want []int
		for i, other := range matchCases {
			if topic.Match(other.filter, c.name) {
				want = append(want, i)
			}
		}
		require.ElementsMatch(t, want, tree.AppendMatches(nil, c.name), c.name)
	}
}

func TestTreeIsASet(t *testing.T) {
	for _, filter := range []string{"a/b", "a/+", "#"} {
		var tree topic.Tree[string]
		require.False(t, tree.Remove(filter, "x"), "nothing there yet")
		require.True(t, tree.Add(filter, "x"))
		require.False(t, tree.Add(filter, "x"), "added twice")
		require.True(t, tree.Add(filter, "y"))
		require.Equal(t, 2, tree.Len())
		require.Equal(t, []string{"x", "y"}, tree.AppendMatches(nil, "a/b"))
		require.False(t, tree.Remove(filter, "z"))
		require.True(t, tree.Remove(filter, "x"))
		require.False(t, tree.Remove(filter, "x"), "removed twice")
		require.Equal(t, []string{"kept", "y"}, tree.AppendMatches([]string{"kept"}, "a/b"))
		require.True(t, tree.Remove(filter, "y"))
		require.Empty(t, tree.AppendMatches(nil, "a/b"))
		require.Zero(t, tree.Len())
	}
}

// TestTreeAgainstModel adds and removes at random, and compares with a plain list of pairs.
func TestTreeAgainstModel(t *testing.T) {
	r := seeded(t)
	type pair struct {
		filter string
		value  int
	}
	var tree topic.Tree[int]
	model := map[pair]bool{}
	for range 3_000 {
		p := pair{randomFilter(r), r.IntN(40)}
		if r.IntN(5) < 3 {
			require.Equal(t, !model[p], tree.Add(p.filter, p.value), "add %v", p)
			model[p] = true
		} else {
			require.Equal(t, model[p], tree.Remove(p.filter, p.value), "remove %v", p)
			delete(model, p)
		}
		require.Equal(t, len(model), tree.Len())

		name := randomName(r)
		var want []int
		for p := range model {
			if naiveMatch(p.filter, name) {
				want = append(want, p.value)
			}
		}
		require.ElementsMatch(t, want, tree.AppendMatches(nil, name), name)
	}
	for p := range model {
		require.True(t, tree.Remove(p.filter, p.value))
	}
	require.Zero(t, tree.Len())
}

// TestTreeRepeatsItself: the same calls give the same order, however many members and children ask for an index.
func TestTreeRepeatsItself(t *testing.T) {
	build := func() []int {
		var tree topic.Tree[int]
		for i := range 100 {
			tree.Add("a/b", i)
			tree.Add("+/b", 1000+i)
			tree.Add(fmt.Sprintf("a/+/%d", i), i)
		}
		for i := range 90 {
			tree.Remove("a/b", i*7%100)
			tree.Remove("+/b", 1000+i*7%100)
		}
		return tree.AppendMatches(nil, "a/b")
	}
	first := build()
	require.Len(t, first, 20)
	for range 5 {
		require.Equal(t, first, build())
	}
}

func TestTreeMatchDoesNotAllocate(t *testing.T) {
	var tree topic.Tree[int]
	for i := range 1_000 {
		tree.Add(fmt.Sprintf("site/%d/temp", i), i)
		tree.Add(fmt.Sprintf("site/%d/+", i), i)
	}
	for i, filter := range []string{"#", "+/500/#", "site/500/temp/#", "+/+/+"} {
		tree.Add(filter, i)
	}
	dst := make([]int, 0, 16)
	allocs := testing.AllocsPerRun(100, func() { dst = tree.AppendMatches(dst[:0], "site/500/temp") })
	require.Zero(t, allocs)
	require.Len(t, dst, 6)
}

// TestTreeBoundsHostileNames: what a match costs depends on the nodes whose path covers the beginning of the name. A
// search that tried each way to place the wildcards would not end.
func TestTreeBoundsHostileNames(t *testing.T) {
	var tree topic.Tree[int]
	plus := strings.Repeat("+/", topic.MaxLevels-1)
	tree.Add(plus+"never", 0)
	for i := range topic.MaxLevels - 1 {
		filter := []byte(plus + "never")
		filter[2*i] = 'a'
		tree.Add(string(filter), i)
	}
	tree.Add("#", 42)
	longest := strings.Repeat("a/", topic.MaxLength/2) + "a"
	require.Len(t, longest, topic.MaxLength)
	deepest := strings.Repeat("a/", topic.MaxLevels-1) + "a"
	for _, name := range []string{longest, deepest} {
		for range 100 {
			require.Equal(t, []int{42}, tree.AppendMatches(nil, name))
		}
	}
}

func TestTreeRemovesManyMembersQuickly(t *testing.T) {
	const members = 200_000 // 10^10 steps if each removal looked at every member
	for _, filter := range []string{"all", "all/+"} {
		var tree topic.Tree[int]
		for i := range members {
			tree.Add(filter, i)
		}
		for i := range members {
			require.True(t, tree.Remove(filter, i))
		}
	}
}

func ExampleTree() {
	var tree topic.Tree[string]
	tree.Add("plant/th1", "display")
	tree.Add("plant/+", "recorder")
	tree.Add("#", "log")

	found := tree.AppendMatches(nil, "plant/th1")
	slices.Sort(found)
	fmt.Println(found)

	tree.Remove("#", "log")
	fmt.Println(tree.AppendMatches(nil, "plant/th2"))
	// Output:
	// [display log recorder]
	// [recorder]
}
