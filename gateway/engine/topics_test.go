package engine

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTopicTable(t *testing.T) {
	var table topicTable
	require.Zero(t, table.find("a"))
	require.Nil(t, table.get(0), "0 is reserved")
	require.Nil(t, table.get(1))
	for i := range 100 { // past the length from which names are indexed
		name := fmt.Sprintf("topic/%d", i)
		require.Equal(t, uint16(i+1), table.add(name, 1000))
		require.Equal(t, uint16(i+1), table.add(name, 1000), "the same name has the same id")
	}
	for i := range 100 {
		name := fmt.Sprintf("topic/%d", i)
		require.Equal(t, uint16(i+1), table.find(name))
		require.Equal(t, name, table.get(uint16(i+1)).name)
	}
	require.Zero(t, table.find("topic"))
	require.Nil(t, table.get(101))
}

func TestTopicTableLimit(t *testing.T) {
	var table topicTable
	require.Equal(t, uint16(1), table.add("a", 2))
	require.Equal(t, uint16(2), table.add("b", 2))
	require.Zero(t, table.add("c", 2), "no id is given twice")
	require.Equal(t, uint16(1), table.add("a", 2), "what has an id keeps it")
}

// 0xFFFF is reserved, and the number space ends there (v1.2, 5.3.11).
func TestTopicTableEnds(t *testing.T) {
	var table topicTable
	for i := range maxTopicID {
		table.add(fmt.Sprint(i), 1<<20)
	}
	require.Equal(t, uint16(0xfffe), table.find(fmt.Sprint(maxTopicID-1)))
	require.Zero(t, table.add("one more", 1<<20))
}

// After a reconnection the device must be told its ids again, but they are the same.
func TestTopicTableForgets(t *testing.T) {
	var table topicTable
	id := table.add("a", 10)
	*table.get(id) = topicEntry{name: "a", known: true, told: true, refused: true}
	table.forget()
	require.Equal(t, topicEntry{name: "a", told: true}, *table.get(id))
	require.Equal(t, id, table.add("a", 10))
}

func TestPredefined(t *testing.T) {
	everyone := map[uint16]string{1: "a", 2: "b", 7: "c", 8: "c"}
	mine := map[uint16]string{1: "x", 3: "b"}
	p := newPredefined(everyone, mine)
	require.Equal(t, map[uint16]string{1: "x", 2: "b", 3: "b", 7: "c", 8: "c"}, p.names, "the device's own come first")
	require.Equal(t, map[string]uint16{"x": 1, "b": 2, "c": 7}, p.ids, "a name with several ids is called by the lowest")
}

func TestShortNames(t *testing.T) {
	for name, want := range map[string]uint16{"ab": 0x6162, "ü": 0xc3bc, "a/": 0x612f} {
		id, ok := shortID(name)
		require.True(t, ok, name)
		require.Equal(t, want, id)
		require.Equal(t, name, shortName(id))
	}
	for _, name := range []string{"", "a", "abc", "日"} {
		_, ok := shortID(name)
		require.False(t, ok, "%q: short means exactly two octets", name)
	}
}
