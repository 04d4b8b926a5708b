package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/store"
	"mqttsn-gateway/gateway/store/storetest"
)

func fill100(put func(key, value []byte) error) error {
	for i := range 100 {
		if err := put(fmt.Appendf(nil, "key%d", i), make([]byte, 50)); err != nil {
			return err
		}
	}
	return nil
}

// TestBuildCrash cuts the power during a backup: what is left is whole, or
// nothing, or is refused.
func TestBuildCrash(t *testing.T) {
	disk, refused := storetest.NewDisk(), 0
	disk.Before(func(op storetest.Op) error {
		for _, keep := range []bool{true, false} {
			left := disk.Crash(func() bool { return keep })
			names, _ := left.List()
			s, err := store.OpenFS(left, smallest)
			if err != nil {
				require.ErrorIs(t, err, store.ErrIncomplete)
				refused++
			} else if n := len(storetest.Records(t, s)); n != 100 {
				require.Empty(t, names, "nothing was there, and %d records came", n)
			}
		}
		return nil
	})
	require.NoError(t, store.BuildFS(disk, smallest, fill100))
	require.Greater(t, refused, 30)
	require.Len(t, storetest.Records(t, openDisk(t, disk)), 100)
}

// TestBuildFault fails each operation of a backup. The directory is left empty,
// so that the backup can be repeated.
func TestBuildFault(t *testing.T) {
	for at, more := 0, true; more; at++ {
		disk, n := storetest.NewDisk(), 0
		disk.Before(func(storetest.Op) error {
			n++
			if n == at+1 {
				return syscall.ENOSPC
			}
			return nil
		})
		err := store.BuildFS(disk, smallest, fill100)
		more = n > at
		if err != nil {
			require.ErrorIs(t, err, syscall.ENOSPC)
			s, err := store.OpenFS(disk, smallest)
			if err != nil {
				require.ErrorIs(t, err, store.ErrIncomplete, at)
				continue
			}
			if len(storetest.Records(t, s)) == 0 {
				continue
			}
		}
		require.Len(t, storetest.Records(t, openDisk(t, disk.Kill())), 100, at)
	}
}

func TestImportRefuses(t *testing.T) {
	const head = `{"export":"mqttsn-gateway store","version":1}` + "\n"
	for name, test := range map[string]struct{ text, want string }{
		"nothing":      {"", "not an export"},
		"other text":   {"hello", "not an export"},
		"other json":   {`{"key":"a"}`, "not an export"},
		"newer":        {`{"export":"mqttsn-gateway store","version":2}`, "version 2"},
		"cut off":      {head + `{"key":"a","value":"b"}`, "not whole"},
		"cut in line":  {head + `{"key":"a","val`, "record 1"},
		"lines lost":   {head + `{"key":"a","value":"b"}{"records":2}`, "should have 2"},
		"no key":       {head + `{"value":"b"}{"records":1}`, "one key"},
		"empty key":    {head + `{"key":"","value":"b"}{"records":1}`, "too large"},
		"no value":     {head + `{"key":"b"}{"records":1}`, "one value"},
		"both":         {head + `{"key":"b","key64":"Yg==","value":""}{"records":1}`, "one key"},
		"unknown":      {head + `{"key":"a","value":"b","ttl":3}{"records":1}`, "ttl"},
		"key too long": {head + `{"key":"` + strings.Repeat("k", store.MaxKey+1) + `","value":""}{"records":1}`, "too large"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			_, err := store.Import(dir, strings.NewReader(test.text))
			require.ErrorContains(t, err, test.want)
			_, err = store.Import(dir, strings.NewReader(head+`{"key":"a","value":"b"}{"records":1}`))
			require.NoError(t, err, "the directory can be used again")
			s := open(t, dir)
			require.Equal(t, map[string]string{"a": "b"}, storetest.Records(t, s))
			require.NoError(t, s.Close())
		})
	}
}

// A part of an export is no backup, wherever it ends.
func TestCheckExport(t *testing.T) {
	s := store.Memory()
	var b store.Batch
	b.Put([]byte("a"), []byte("1"))
	b.Put([]byte("b"), []byte("2"))
	require.NoError(t, s.Commit(&b))
	var out strings.Builder
	_, err := store.Export(s, &out)
	require.NoError(t, err)
	n, err := store.CheckExport(strings.NewReader(out.String()))
	require.NoError(t, err)
	require.Equal(t, 2, n)
	whole := strings.TrimSpace(out.String())
	for i := range len(whole) {
		_, err := store.CheckExport(strings.NewReader(whole[:i]))
		require.Error(t, err, "the first %d octets", i)
	}
}

func TestExportFailsWithItsWriter(t *testing.T) {
	s := store.Memory()
	storetest.Put(t, s, "key", "value")
	_, err := store.Export(s, failing{})
	require.ErrorIs(t, err, errPipe)
}

var errPipe = errors.New("broken pipe")

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errPipe }

func TestCheck(t *testing.T) {
	dir := t.TempDir()
	_, err := store.Check(filepath.Join(dir, "missing"))
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = store.Check(dir)
	require.ErrorContains(t, err, "no store")
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, entries, "Check creates nothing")

	s := open(t, dir)
	for i := range 30 {
		storetest.Put(t, s, fmt.Sprint("key", i%20), strings.Repeat("v", 100))
	}
	want := storetest.Records(t, s)
	stats := s.Stats()
	require.NoError(t, s.Close())
	report, err := store.Check(dir)
	require.NoError(t, err)
	require.Equal(t, store.Report{Version: 1, Segments: 2, Records: 20, LiveBytes: stats.LiveBytes, DiskBytes: 2 << 20}, report)

	var out bytes.Buffer
	report, err = store.ExportDir(dir, &out, false)
	require.NoError(t, err)
	require.Equal(t, 20, report.Records)
	copied := t.TempDir()
	_, err = store.Import(copied, &out)
	require.NoError(t, err)
	require.Equal(t, want, storetest.Records(t, open(t, copied)))
}

// TestSalvage damages a store in two places and gets the rest out of it.
func TestSalvage(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	for i := range 100 {
		storetest.Put(t, s, fmt.Sprint("key", i), strings.Repeat("v", 100))
	}
	require.NoError(t, s.Close())
	name := filepath.Join(dir, "000000000001.seg")
	b, err := os.ReadFile(name)
	require.NoError(t, err)
	b[1000]++
	b[5000]++
	require.NoError(t, os.WriteFile(name, b, 0o600))

	_, err = store.Open(dir, store.Options{})
	var damage *store.DamageError
	require.ErrorAs(t, err, &damage)
	require.Equal(t, name, damage.Path)
	require.InDelta(t, 1000, damage.Offset, 140)
	require.ErrorContains(t, err, "--salvage")

	report, err := store.Check(dir)
	require.NoError(t, err)
	require.Len(t, report.Problems, 2)
	require.Equal(t, 98, report.Records)

	var out bytes.Buffer
	_, err = store.ExportDir(dir, &out, false)
	require.ErrorAs(t, err, &damage)
	require.Empty(t, out.Bytes())
	report, err = store.ExportDir(dir, &out, true)
	require.NoError(t, err)
	require.Len(t, report.Problems, 2)
	salvaged := t.TempDir()
	n, err := store.Import(salvaged, &out)
	require.NoError(t, err)
	require.Equal(t, 98, n)

	after, err := os.ReadFile(name)
	require.NoError(t, err)
	require.True(t, bytes.Equal(b, after), "nothing was changed")
}

// TestSalvageAroundGap has lost a segment in the middle.
func TestSalvageAroundGap(t *testing.T) {
	dir := t.TempDir()
	s, err := store.Open(dir, smallest)
	require.NoError(t, err)
	for i := range 40 {
		storetest.Put(t, s, fmt.Sprint("key", i), strings.Repeat("v", 100))
	}
	require.NoError(t, s.Close())
	require.NoError(t, os.Remove(filepath.Join(dir, "000000000003.seg")))
	var out bytes.Buffer
	report, err := store.ExportDir(dir, &out, true)
	require.NoError(t, err)
	require.ErrorContains(t, report.Problems[0], "000000000003.seg")
	require.Contains(t, out.String(), `"key0"`)
	require.Contains(t, out.String(), `"key39"`)
	require.Greater(t, report.Records, 30)
}
