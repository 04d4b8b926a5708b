package topic

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEmptyNodesAreRemoved: what was added and removed again leaves no node, member or index behind.
func TestEmptyNodesAreRemoved(t *testing.T) {
	var tree Tree[int]
	var names Names[int]
	for i := range 100 {
		tree.Add(fmt.Sprintf("a/+/%d/#", i), i)
		tree.Add(fmt.Sprintf("a/b/%d", i), i)
		names.Set(fmt.Sprintf("a/b/%d", i), i)
	}
	names.Set("a/b", 1)
	require.Equal(t, 1+1+100+100, countNodes(&tree.wild)-1)
	require.Equal(t, 1+1+100, countNodes(&names.root)-1)

	for i := range 100 {
		require.True(t, tree.Remove(fmt.Sprintf("a/+/%d/#", i), i))
		require.True(t, tree.Remove(fmt.Sprintf("a/b/%d", i), i))
		require.True(t, names.Delete(fmt.Sprintf("a/b/%d", i)))
	}
	require.Equal(t, node[members[int]]{}, tree.wild)
	require.Empty(t, tree.exact)
	require.Equal(t, 2, countNodes(&names.root)-1, "a/b is left")
	require.True(t, names.Delete("a/b"))
	require.Equal(t, node[entry[int]]{}, names.root)
}

func countNodes[V any](n *node[V]) int {
	count := 1
	for _, c := range n.children.items {
		count += countNodes(c)
	}
	return count
}

func TestListGivesMemoryBack(t *testing.T) {
	var l list[int, member[int]]
	for i := range 10_000 {
		l.add(member[int]{i})
	}
	require.NotNil(t, l.index)
	for i := 9_999; i > 3; i-- {
		require.True(t, l.remove(i))
		_, ok := l.get(i - 1)
		require.True(t, ok)
	}
	require.Nil(t, l.index)
	require.Less(t, cap(l.items), 32)
	for i := range 4 {
		require.True(t, l.remove(i))
	}
	require.Equal(t, list[int, member[int]]{}, l)
}
