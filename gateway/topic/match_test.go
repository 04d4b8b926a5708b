package topic_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/topic"
)

// matchCases are the examples of MQTT 5, section 4.7, and cases at their edges.
var matchCases = []struct {
	filter, name string
	want         bool
}{
	// 4.7.1.2: the multi-level wildcard includes the level above it.
	{"sport/tennis/player1/#", "sport/tennis/player1", true},
	{"sport/tennis/player1/#", "sport/tennis/player1/ranking", true},
	{"sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true},
	{"sport/tennis/player1/#", "sport/tennis/player10", false},
	{"sport/#", "sport", true},
	{"#", "sport/tennis", true},
	{"#", "/", true},
	// 4.7.1.3: the single-level wildcard stands for exactly one level, an empty one included.
	{"sport/tennis/+", "sport/tennis/player1", true},
	{"sport/tennis/+", "sport/tennis/player2", true},
	{"sport/tennis/+", "sport/tennis/player1/ranking", false},
	{"sport/+", "sport", false},
	{"sport/+", "sport/", true},
	{"+", "sport", true},
	{"+", "/finance", false},
	{"+/+", "/finance", true},
	{"/+", "/finance", true},
	{"+/tennis/#", "sport/tennis/player1", true},
	{"sport/+/player1", "sport/tennis/player1", true},
	{"sport/+/player1", "sport//player1", true},
	{"sport/+/player1", "sport/player1", false},
	// 4.7.2: names that begin with '$'.
	{"#", "$SYS/uptime", false},
	{"#", "$SYS", false},
	{"+", "$SYS", false},
	{"+/monitor/Clients", "$SYS/monitor/Clients", false},
	{"+/#", "$SYS/monitor", false},
	{"$SYS/#", "$SYS/monitor/Clients", true},
	{"$SYS/#", "$SYS", true},
	{"$SYS/monitor/+", "$SYS/monitor/Clients", true},
	{"$SYS/+/Clients", "$SYS/monitor/Clients", true},
	{"a/+", "a/$b", true},
	{"a/#", "a/$b/c", true},
	// 4.7.3: case, spaces, and slashes at either end count.
	{"ACCOUNTS", "Accounts", false},
	{"Accounts payable", "Accounts payable", true},
	{"/A", "A", false},
	{"A/", "A", false},
	{"A", "A/", false},
	{"/", "/", true},
	{"a//b", "a//b", true},
	{"a/b", "a/b/c", false},
	{"a/b/c", "a/b", false},
	{"Füllstand/+", "Füllstand/Öl", true},
	{"温度/#", "温度/室内/一", true},
}

func TestMatch(t *testing.T) {
	for _, c := range matchCases {
		require.NoError(t, topic.ValidFilter(c.filter), c.filter)
		require.NoError(t, topic.ValidName(c.name), c.name)
		require.Equal(t, c.want, topic.Match(c.filter, c.name), "%q covers %q", c.filter, c.name)
	}
}

// naiveMatch follows the wording of section 4.7 level by level, and shares nothing with Match.
func naiveMatch(filter, name string) bool {
	want, got := strings.Split(filter, "/"), strings.Split(name, "/")
	if strings.HasPrefix(name, "$") && (want[0] == "+" || want[0] == "#") {
		return false
	}
	if last := len(want) - 1; want[last] == "#" {
		if len(got) < last {
			return false
		}
		want, got = want[:last], got[:last]
	}
	if len(want) != len(got) {
		return false
	}
	for i := range want {
		if want[i] != "+" && want[i] != got[i] {
			return false
		}
	}
	return true
}

// seeded returns a source of chance, and names its seed should the test fail.
func seeded(t *testing.T) *rand.Rand {
	seed := rand.Uint64()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("seed %#x", seed)
		}
	})
	return rand.New(rand.NewPCG(seed, 0))
}

// randomName and randomFilter choose from so few levels that they often match.
func randomName(r *rand.Rand) string {
	return randomPath(r, "a", "b", "", "$s", "ab")
}

func randomFilter(r *rand.Rand) string {
	path := randomPath(r, "a", "b", "", "$s", "+", "+")
	if r.IntN(3) == 0 {
		path += "/#"
	}
	if r.IntN(30) == 0 {
		path = "#"
	}
	return path
}

func randomPath(r *rand.Rand, levels ...string) string {
	path := make([]string, 1+r.IntN(5))
	for i := range path {
		path[i] = levels[r.IntN(len(levels))]
	}
	if len(path) == 1 && path[0] == "" {
		return "a"
	}
	return strings.Join(path, "/")
}

func TestMatchAgreesWithNaive(t *testing.T) {
	r := seeded(t)
	matches := 0
	for range 100_000 {
		filter, name := randomFilter(r), randomName(r)
		want := naiveMatch(filter, name)
		if got := topic.Match(filter, name); got != want {
			t.Fatalf("Match(%q, %q) = %v", filter, name, got)
		}
		if want {
			matches++
		}
	}
	require.Greater(t, matches, 3_000, "too few matches to mean anything")
}

func FuzzMatch(f *testing.F) {
	for _, c := range matchCases {
		f.Add(c.filter, c.name)
	}
	f.Fuzz(func(t *testing.T, filter, name string) {
		got := topic.Match(filter, name) // any input, valid or not, must be survived
		if topic.ValidFilter(filter) != nil || topic.ValidName(name) != nil || strings.HasPrefix(filter, "$share/") {
			return
		}
		if want := naiveMatch(filter, name); got != want {
			t.Fatalf("Match(%q, %q) = %v", filter, name, got)
		}
		var tree topic.Tree[int]
		tree.Add(filter, 1)
		if got := len(tree.AppendMatches(nil, name)) == 1; got != naiveMatch(filter, name) {
			t.Fatalf("tree with %q matches %q: %v", filter, name, got)
		}
		var names topic.Names[int]
		names.Set(name, 1)
		found := false
		names.Match(filter, func(string, int) bool { found = true; return true })
		if found != got {
			t.Fatalf("names with %q: filter %q finds it: %v", name, filter, found)
		}
	})
}

func ExampleMatch() {
	fmt.Println(topic.Match("site/+/temp", "site/greenhouse/temp"))
	fmt.Println(topic.Match("#", "$SYS/uptime"))
	// Output:
	// true
	// false
}
