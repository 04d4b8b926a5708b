package config

import "strings"

// suggest returns the name that who wrote s most likely meant, or nothing when none is close.
func suggest(s string, names []string) string {
	s = strings.ToLower(s)
	best, distance := "", len(s)/3+1
	for _, n := range names {
		lower := strings.ToLower(n)
		if len(s) > 2 && strings.HasPrefix(lower, s) {
			return n
		}
		if d := editDistance(s, lower); d <= distance && (best == "" || d < distance) {
			best, distance = n, d
		}
	}
	return best
}

// editDistance counts the octets to insert, remove, replace or swap with their neighbour that make b of a.
func editDistance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, last, row = last, row, before
		row[0] = i
		for j := 1; j <= len(b); j++ {
			replaced := last[j-1]
			if a[i-1] != b[j-1] {
				replaced++
			}
			row[j] = min(last[j]+1, row[j-1]+1, replaced)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(b)]
}
