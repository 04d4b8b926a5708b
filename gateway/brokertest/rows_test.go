package brokertest

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A row of the table.
type row struct {
	section   string // the file
	statement string // MQTT-3.1.0-1
	sentence  string
	versions  []int
	alone     bool // on a broker of its own
	setup     setup
	steps     []step
	deviates  string // how mosquitto does not what the statement demands
	differs   string // how mosquitto uses its freedom otherwise than we do
}

// A step is a line of a conversation.
type step struct {
	place   string // file:line
	version int    // 0: any
	broker  string // "": any
	text    string
}

var (
	heading   = regexp.MustCompile(`^(MQTT-\S+) \[([^\]]+)\] (.+)$`)
	condition = regexp.MustCompile(`^(?:(4|5|gateway|mosquitto): +)(.*)$`)
)

// readRows reads the files of testdata.
func readRows(t *testing.T) (rows []*row) {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no table: ", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		more, err := parseRows(strings.TrimSuffix(filepath.Base(file), ".txt"), string(text))
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, more...)
	}
	return rows
}

func parseRows(section, text string) (rows []*row, err error) {
	number := 0
	for line := range strings.Lines(text) {
		number++
		place := fmt.Sprintf("%s.txt:%d", section, number)
		line, _, _ = strings.Cut(line, " //")
		indented := strings.HasPrefix(line, " ")
		line = strings.TrimSpace(line)
		switch {
		case line == "":
		case !indented:
			r, err := parseHeading(line)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", place, err)
			}
			r.section = section
			rows = append(rows, r)
		case rows == nil:
			return nil, fmt.Errorf("%s: a step without a row", place)
		default:
			rows[len(rows)-1].add(place, line)
		}
	}
	return rows, nil
}

func parseHeading(line string) (*row, error) {
	m := heading.FindStringSubmatch(line)
	if m == nil {
		return nil, fmt.Errorf("want MQTT-1.2.3-4 [versions] sentence, got %q", line)
	}
	r := &row{statement: m[1], sentence: m[3]}
	for word := range strings.FieldsSeq(m[2]) {
		switch word {
		case "4":
			r.versions = append(r.versions, 4)
		case "5":
			r.versions = append(r.versions, 5)
		case "alone":
			r.alone = true
		case "tight":
			r.setup = tight
		case "guarded":
			r.setup = guarded
		default:
			return nil, fmt.Errorf("[%s] is not known", word)
		}
	}
	return r, nil
}

func (r *row) add(place, line string) {
	if text, ok := strings.CutPrefix(line, "deviates: "); ok {
		r.deviates = text
		return
	}
	if text, ok := strings.CutPrefix(line, "differs: "); ok {
		r.differs = text
		return
	}
	s := step{place: place, text: line}
	for m := condition.FindStringSubmatch(s.text); m != nil; m = condition.FindStringSubmatch(s.text) {
		switch m[1] {
		case "4":
			s.version = 4
		case "5":
			s.version = 5
		default:
			s.broker = m[1]
		}
		s.text = m[2]
	}
	r.steps = append(r.steps, s)
}

func (r *row) name() string { return r.statement + " " + strings.TrimSuffix(r.sentence, ".") }

// TestRows checks the table itself.
func TestRows(t *testing.T) {
	names := make(map[string]bool)
	for _, r := range readRows(t) {
		if names[r.name()] {
			t.Errorf("%s is there twice", r.name())
		}
		names[r.name()] = true
		if len(r.versions) == 0 || len(r.steps) == 0 {
			t.Errorf("%s: no version, or no steps", r.name())
		}
		special := slices.ContainsFunc(r.steps, func(s step) bool { return s.broker != "" })
		if explained := r.deviates != "" || r.differs != ""; special != explained {
			t.Errorf("%s: steps of one broker alone go with a line that says why", r.name())
		}
	}
	if len(names) < 150 {
		t.Errorf("%d rows, want 150 or more", len(names))
	}
}
