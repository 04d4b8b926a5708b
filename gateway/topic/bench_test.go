package topic_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/topic"
)

// A subscription stands for what the gateway puts into a Tree.
type subscription [64]byte

// deviceTopic is a name of 24 octets, the size that issue 10 assumes.
func deviceTopic(i int) string { return fmt.Sprintf("plant/meter-%06d/setup", i) }

// TestBytesPerSubscription holds the promise that a fleet with one topic each is cheap: 150 octets, the topic's own
// included.
func TestBytesPerSubscription(t *testing.T) {
	const devices = 100_000
	subs := make([]subscription, devices)
	var tree topic.Tree[*subscription]
	before := heap()
	for i := range subs {
		tree.Add(deviceTopic(i), &subs[i])
	}
	perSub := float64(heap()-before) / devices
	t.Logf("%.0f octets a subscription", perSub)
	require.Less(t, perSub, 150.0)
	require.Len(t, tree.AppendMatches(nil, deviceTopic(devices-1)), 1)
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func sizes(b *testing.B, run func(b *testing.B, n int)) {
	for _, n := range []int{1_000, 100_000} {
		b.Run(fmt.Sprintf("n=%dk", n/1000), func(b *testing.B) { run(b, n) })
	}
}

func BenchmarkTreeMatchExact(b *testing.B) {
	sizes(b, func(b *testing.B, n int) { benchmarkTree(b, n, deviceTopic) })
}

func BenchmarkTreeMatchWildcard(b *testing.B) {
	sizes(b, func(b *testing.B, n int) {
		benchmarkTree(b, n, func(i int) string { return fmt.Sprintf("plant/meter-%06d/+", i) })
	})
}

// benchmarkTree matches names among n filters, beside which the usual few of dashboards and recorders exist.
func benchmarkTree(b *testing.B, n int, filter func(i int) string) {
	var tree topic.Tree[int]
	names := make([]string, n)
	for i := range n {
		tree.Add(filter(i), i)
		names[i] = deviceTopic(i)
	}
	tree.Add("#", -1)
	tree.Add("plant/+/setup", -2)
	dst := make([]int, 0, 8)
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		dst = tree.AppendMatches(dst[:0], names[i%n])
		i += 7919 // a prime: not in the order in which they were added
	}
	require.Len(b, dst, 3)
}

func BenchmarkTreeAddRemove(b *testing.B) {
	sizes(b, func(b *testing.B, n int) {
		var tree topic.Tree[int]
		for i := range n {
			tree.Add(deviceTopic(i), i)
			tree.Add(fmt.Sprintf("plant/meter-%06d/+", i), i)
		}
		b.ReportAllocs()
		for b.Loop() {
			tree.Add("plant/new/+", 1)
			tree.Remove("plant/new/+", 1)
		}
	})
}

func BenchmarkNamesSet(b *testing.B) {
	sizes(b, func(b *testing.B, n int) {
		names, all := fillNames(n)
		i := 0
		b.ReportAllocs()
		for b.Loop() {
			names.Set(all[i%n], i)
			i += 7919
		}
	})
}

func BenchmarkNamesMatchOne(b *testing.B) {
	sizes(b, func(b *testing.B, n int) {
		names, all := fillNames(n)
		i, found := 0, 0
		visit := func(string, int) bool { found++; return true }
		b.ReportAllocs()
		for b.Loop() {
			names.Match(all[i%n], visit)
			i += 7919
		}
		require.Positive(b, found)
	})
}

// BenchmarkNamesMatchAll reports the cost of each name found.
func BenchmarkNamesMatchAll(b *testing.B) {
	sizes(b, func(b *testing.B, n int) {
		names, _ := fillNames(n)
		found := 0
		visit := func(string, int) bool { found++; return true }
		b.ReportAllocs()
		for b.Loop() {
			names.Match("plant/+/setup", visit)
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(found), "ns/name")
	})
}

func fillNames(n int) (*topic.Names[int], []string) {
	var names topic.Names[int]
	all := make([]string, n)
	for i := range n {
		all[i] = deviceTopic(i)
		names.Set(all[i], i)
	}
	return &names, all
}
