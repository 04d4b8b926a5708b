package store

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

const (
	incompleteName = "incomplete"
	segmentSuffix  = ".seg"
)

// newName is that of a segment before it is one: the first of a store, or one
// for a batch too large for an ordinary segment.
const newName = "new"

// spareNames are the names of segments that wait for their use.
var spareNames = []string{"spare-1", "spare-2", "spare-3"}

func segmentName(number uint32) string { return fmt.Sprintf("%012d%s", number, segmentSuffix) }

// parseSegmentName is the inverse of segmentName; no other spelling is taken.
func parseSegmentName(name string) (uint32, bool) {
	n, err := strconv.ParseUint(strings.TrimSuffix(name, segmentSuffix), 10, 32)
	return uint32(n), err == nil && segmentName(uint32(n)) == name
}

// listing is the content of a store's directory.
type listing struct {
	numbers    []uint32 // of segments, ascending
	spares     []string
	incomplete bool
	unused     bool // there is a file called newName
	foreign    []string
}

func list(fs FS) (listing, error) {
	var l listing
	names, err := fs.List()
	if err != nil {
		return l, explain("list "+fs.Path(""), err)
	}
	for _, name := range names {
		number, ok := parseSegmentName(name)
		switch {
		case ok:
			l.numbers = append(l.numbers, number)
		case slices.Contains(spareNames, name):
			l.spares = append(l.spares, name)
		case name == incompleteName:
			l.incomplete = true
		case name == newName:
			l.unused = true
		case name != lockName && name != "lost+found":
			l.foreign = append(l.foreign, name)
		}
	}
	slices.Sort(l.numbers)
	slices.Sort(l.spares)
	return l, nil
}
