package config

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestDurations(t *testing.T) {
	for _, row := range []struct {
		text  string
		want  time.Duration
		shown string
	}{
		{"0", 0, "0"},
		{"0s", 0, "0"},
		{"1ms", time.Millisecond, "1ms"},
		{"1500ms", 1500 * time.Millisecond, "1.5s"},
		{"90s", 90 * time.Second, "1m30s"},
		{"15m", 15 * time.Minute, "15m"},
		{"60m", time.Hour, "1h"},
		{"1h0m5s", time.Hour + 5*time.Second, "1h0m5s"},
		{"10h20m", 10*time.Hour + 20*time.Minute, "10h20m"},
		{"24h", day, "1d"},
		{"7d", 7 * day, "7d"},
		{"1d12h", 36 * time.Hour, "1d12h"},
		{"-1s", -time.Second, "-1s"},
	} {
		got, err := parseDuration(row.text)
		require.NoError(t, err, row.text)
		require.Equal(t, row.want, got, row.text)
		require.Equal(t, row.shown, show(got))
		again, err := parseDuration(row.shown)
		require.NoError(t, err)
		require.Equal(t, got, again)
	}
	for _, text := range []string{"", "5", "x", "d", "1.5d", "-1d", "1d-1h", "1d24h", "99999d", "1d 1h", "1w"} {
		_, err := parseDuration(text)
		require.Error(t, err, text)
	}
}

func TestSizes(t *testing.T) {
	for _, row := range []struct {
		text  string
		want  Size
		shown string
	}{
		{"0", 0, "0"},
		{"1", 1, "1"},
		{"12B", 12, "12"},
		{"1000", 1000, "1000"},
		{"1024", 1024, "1KiB"},
		{"1500KiB", 1500 << 10, "1500KiB"},
		{"256 KiB", 256 << 10, "256KiB"},
		{"1024KiB", 1 << 20, "1MiB"},
		{"4GiB", 4 << 30, "4GiB"},
	} {
		got, err := parseSize(row.text)
		require.NoError(t, err, row.text)
		require.Equal(t, row.want, got, row.text)
		require.Equal(t, row.shown, show(got))
	}
	for _, text := range []string{"", "KiB", "-1", "1.5MiB", "1MB", "1kib", "9999999999999GiB", "99999999999999999999"} {
		_, err := parseSize(text)
		require.Error(t, err, text)
	}
}
