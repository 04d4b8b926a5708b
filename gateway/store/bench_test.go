package store_test

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"testing"

	"mqttsn-gateway/gateway/store"
)

// BenchmarkCommit takes a queue of messages of 100 octets, with topic and
// numbers 140, through the store: each is put, and deleted by a later commit.
// Set TMPDIR to a directory on the disk that is to be measured.
func BenchmarkCommit(b *testing.B) {
	for _, messages := range []int{1, 10, 100} {
		b.Run(fmt.Sprint("messages=", messages), func(b *testing.B) {
			s := open(b, b.TempDir())
			defer s.Close()
			var batch store.Batch
			key := func(i int) []byte { return fmt.Appendf(nil, "q/sensor-%08d/%08d", i%200, i) }
			value := bytes.Repeat([]byte("v"), 140)
			n := 0
			before := writeBytes(b)
			b.ReportAllocs()
			for b.Loop() {
				batch.Reset()
				for range messages {
					batch.Put(key(n), value)
					batch.Delete(key(n - 500))
					n++
				}
				if err := s.Commit(&batch); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(writeBytes(b)-before)/float64(n), "written-B/message")
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "messages/s")
		})
	}
}

// writeBytes is what the kernel says that this process has caused to be
// written to disks; 0 where it does not say.
func writeBytes(b *testing.B) int64 {
	text, err := os.ReadFile("/proc/self/io")
	if err != nil {
		return 0
	}
	for line := range bytes.Lines(text) {
		if value, ok := bytes.CutPrefix(line, []byte("write_bytes: ")); ok {
			n, err := strconv.ParseInt(string(bytes.TrimSpace(value)), 10, 64)
			if err != nil {
				b.Fatal(err)
			}
			return n
		}
	}
	return 0
}

// BenchmarkOpen opens a store of sessions of 300 octets and reads them all.
func BenchmarkOpen(b *testing.B) {
	for _, records := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint("records=", records), func(b *testing.B) {
			dir := b.TempDir()
			s := open(b, dir)
			var batch store.Batch
			for i := range records {
				batch.Put(fmt.Appendf(nil, "s/sensor-%08d", i), make([]byte, 300))
				if batch.Len() == 500 {
					if err := s.Commit(&batch); err != nil {
						b.Fatal(err)
					}
					batch.Reset()
				}
			}
			s.Close()
			before := heap()
			for b.Loop() {
				s = open(b, dir)
				n := 0
				if err := s.Load(func(_, _ []byte) error { n++; return nil }); err != nil || n != records {
					b.Fatal(n, err)
				}
				s.Close()
			}
			s = open(b, dir)
			b.ReportMetric(float64(heap()-before)/float64(records), "heap-B/record")
			s.Close()
		})
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
