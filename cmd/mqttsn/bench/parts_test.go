package bench

import (
	"bytes"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestCrowdAddresses(t *testing.T) {
	for _, device := range []int{0, 255, 256, 65536, crowdSize - 1} {
		ip := crowdAddress(device)
		require.True(t, ip.IsLoopback())
		require.Equal(t, device, crowdDevice(ip), ip)
	}
	require.Equal(t, "127.64.0.0", crowdAddress(0).String())
	require.Equal(t, -1, crowdDevice([]byte{127, 0, 0, 1}))
	require.Equal(t, -1, crowdDevice(nil))
}

func TestPayload(t *testing.T) {
	b := appendPayload(nil, 7, 8, 9*time.Second, 20)
	require.Len(t, b, 20)
	number, due, ok := readPayload(b, 7)
	require.True(t, ok)
	require.Equal(t, 8, number)
	require.Equal(t, 9*time.Second, due)

	_, _, ok = readPayload(b, 6)
	require.False(t, ok, "of another run")
	_, _, ok = readPayload(b[:15], 7)
	require.False(t, ok, "too short")
}

func TestArrivals(t *testing.T) {
	a := newArrivals(7, time.Now(), 100)
	require.True(t, a.take(appendPayload(nil, 7, 99, 0, 16)))
	require.False(t, a.take(appendPayload(nil, 7, 99, 0, 16)), "again")
	require.False(t, a.take(appendPayload(nil, 7, 5000, 0, 16)), "no such message")
	require.False(t, a.take(appendPayload(nil, 8, 1, 0, 16)), "another run")
	require.Equal(t, 1, a.count())
	require.Equal(t, 1, a.duplicates)
}

func TestQuantiles(t *testing.T) {
	var times []time.Duration
	for i := 101; i > 0; i-- {
		times = append(times, time.Duration(i-1)*time.Millisecond)
	}
	require.Equal(t, &Quantiles{P50: 50, P99: 99, Max: 100}, quantiles(times))
	require.Nil(t, quantiles(nil))
}

func TestMeasure(t *testing.T) {
	before, err := measure(os.Getpid())
	require.NoError(t, err)
	after := before
	for begun := time.Now(); after.cpu == before.cpu && time.Since(begun) < 10*time.Second; { // burns what is measured
		after, err = measure(os.Getpid())
		require.NoError(t, err)
	}
	require.Greater(t, after.cpu, before.cpu)
	require.Greater(t, after.rss, 1<<20)

	_, err = measure(-1)
	require.ErrorContains(t, err, "cannot measure process -1")
}

func TestPrint(t *testing.T) {
	floor := &Report{Arrived: 1000, Seconds: 1, Process: &Process{CPUPer100k: 0.25}, Answer: &Quantiles{1, 2, 3}}
	var w bytes.Buffer
	for _, r := range []*Report{
		{Scenario: Up, Devices: 10, QoS: 1, Size: 32, Window: 5, Seconds: 2, Sent: 1000, Arrived: 990, Lost: 10, Duplicates: 1, Repeated: 3,
			Arrival: &Quantiles{1, 2, 3}, Answer: &Quantiles{4, 5, 6}, Floor: floor,
			Process: &Process{CPUSeconds: 1, CPUPer100k: 0.5, CPUShare: 0.25, MemoryBefore: 1 << 20, MemoryAfter: 2 << 20, MemoryPerDevice: 1536}},
		{Scenario: Connect, Devices: 10, Seconds: 0.5, PerSecond: 18, Served: 9, Unserved: 1,
			Beside: &Report{Devices: 3, Sent: 8, Served: 7, Answer: &Quantiles{1, 2, 3}}},
	} {
		r.Print(&w)
	}
	require.Equal(t, `up           10 devices, QoS 1, 32 octets, 5 messages under way
arrived      990 of 1000 in 2.00 s, 495/s; 10 lost, 1 duplicates
trouble      3 questions repeated, 0 never answered, 0 refused; 0 devices thrown out; 0 malformed
arrival      p50 1.00 ms, p99 2.00 ms, max 3.00 ms
answer       p50 4.00 ms, p99 5.00 ms, max 6.00 ms
CPU          1.00 s, 0.50 s for 100,000; 25.0 % of a core
memory       2.0 MiB, before 1.0 MiB: 1.50 KiB each
floor        CPU 0.25 s for 100,000, 1000/s: the gateway takes 2.0 times as much
             answer p50 1.00 ms, p99 2.00 ms, max 3.00 ms
connect      10 devices
served       9 in 0.50 s, 18/s; 1 not served
beside       3 other devices, 7 of 8 publications acknowledged
             answer p50 1.00 ms, p99 2.00 ms, max 3.00 ms
`, w.String())
}
