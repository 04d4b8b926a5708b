package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

const day = 24 * time.Hour

// Size is a number of octets. In the file it may have a unit: 256KiB, 1MiB, 2GiB.
type Size int64

var sizeUnits = []struct {
	name string
	size Size
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}

// String writes s with the largest unit that leaves a whole number.
func (s Size) String() string {
	for _, u := range sizeUnits {
		if u.size > 1 && s != 0 && s%u.size == 0 {
			return strconv.FormatInt(int64(s/u.size), 10) + u.name
		}
	}
	return strconv.FormatInt(int64(s), 10)
}

// parseSize reads a whole number of octets, or of the unit after it.
func parseSize(text string) (Size, error) {
	digits, unit := text, Size(1)
	for _, u := range sizeUnits {
		if d, ok := strings.CutSuffix(text, u.name); ok {
			digits, unit = strings.TrimSpace(d), u.size
			break
		}
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 0 || n > int64(1<<62/unit) {
		return 0, fmt.Errorf("%s is not a size", show(text))
	}
	return Size(n) * unit, nil
}

// parseDuration reads what package time reads, and days before that: 7d, 1d12h.
func parseDuration(text string) (time.Duration, error) {
	if n, err := strconv.Atoi(text); err == nil && n != 0 {
		return 0, fmt.Errorf("%s has no unit", text)
	}
	wrong := fmt.Errorf("%s is not a duration", show(text))
	days, rest, ok := strings.Cut(text, "d")
	if !ok {
		d, err := time.ParseDuration(text)
		if err != nil {
			return 0, wrong
		}
		return d, nil
	}
	n, err := strconv.ParseUint(days, 10, 16)
	if err != nil {
		return 0, wrong
	}
	var d time.Duration
	if rest != "" {
		if d, err = time.ParseDuration(rest); err != nil || d < 0 || d >= day {
			return 0, wrong
		}
	}
	return time.Duration(n)*day + d, nil
}

// formatDuration writes what parseDuration reads, without the zeros that package time writes.
func formatDuration(d time.Duration) string {
	if d == 0 {
		return "0"
	}
	var days string
	if d >= day {
		days = strconv.FormatInt(int64(d/day), 10) + "d"
		if d %= day; d == 0 {
			return days
		}
	}
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return days + s
}

// show writes a value as people do: 15m, 256KiB, 100000; a string as it is where that is plain, quoted where not.
func show(v any) string {
	switch v := v.(type) {
	case time.Duration:
		return formatDuration(v)
	case string:
		return quoteUnlessPlain(v)
	}
	return quoteUnlessPlain(fmt.Sprint(v))
}

func quoteUnlessPlain(s string) string {
	if q := strconv.Quote(s); s == "" || q != `"`+s+`"` || strings.Contains(s, " ") {
		return q
	}
	return s
}
