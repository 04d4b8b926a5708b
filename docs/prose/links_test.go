package prose

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// Every link within the repository leads to a file that is there, and to a heading in it.
func TestLinks(t *testing.T) {
	texts := pages(t)
	for name, text := range texts {
		for _, m := range link.FindAllStringSubmatch(prose(text), -1) {
			target := m[1]
			if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			path, anchor, _ := strings.Cut(target, "#")
			file := name
			if path != "" {
				file = filepath.Join(filepath.Dir(name), path)
			}
			if _, err := os.Stat(filepath.Join(top, file)); err != nil {
				t.Errorf("%s: %s leads nowhere", name, target)
				continue
			}
			if anchor != "" && filepath.Ext(file) == ".md" && !headings(texts[file])[anchor] {
				t.Errorf("%s: %s has no heading #%s", name, file, anchor)
			}
		}
	}
}

// headings are the anchors that a page's headings make: lower case, without punctuation, with - for spaces.
func headings(text string) map[string]bool {
	anchors := make(map[string]bool)
	for line := range strings.Lines(prose(text)) {
		if !strings.HasPrefix(line, "#") {
			continue
		}
		title := strings.TrimSpace(strings.TrimLeft(line, "#"))
		anchor := strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-', r == '_', unicode.IsLetter(r), unicode.IsDigit(r):
				return unicode.ToLower(r)
			}
			return -1
		}, title)
		anchors[anchor] = true
	}
	return anchors
}

func TestHeadings(t *testing.T) {
	anchors := headings("# The `check` of a-b, at last\ntext\n```\n# no heading\n```\n## Two\n")
	for _, want := range []string{"the-check-of-a-b-at-last", "two"} {
		if !anchors[want] {
			t.Errorf("no anchor %q in %v", want, anchors)
		}
	}
	if len(anchors) != 2 {
		t.Errorf("%v", anchors)
	}
}
