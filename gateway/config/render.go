package config

import (
	"bytes"
	"maps"
	"net/url"
	"reflect"
	"regexp"
	"strconv"
	"strings"
)

// YAML writes c as a file that Load reads to the same configuration.
func (c *Config) YAML() []byte {
	var w writer
	w.inside(whole(c), "")
	return w.Bytes()
}

// Sample is a file with every key, its default, and above it what it is for.
func Sample() []byte {
	w := writer{comments: true}
	w.WriteString("# The gateway's configuration. Every key is here with its default: keep what you change, and remove the rest.\n" +
		"# \"mqttsn-gateway check FILE\" finds mistakes. docs/configuration.md says why the defaults are what they are.\n\n")
	w.inside(whole(Default()), "")
	return w.Bytes()
}

// Redacted is a copy of c that may be shown around: passwords in it are made unreadable.
func (c *Config) Redacted() *Config {
	shown := *c
	if shown.Upstream.Password != "" {
		shown.Upstream.Password = hidden
	}
	shown.Devices = maps.Clone(c.Devices)
	for id, d := range shown.Devices {
		if d.Upstream.Password != "" {
			d.Upstream.Password = hidden
			shown.Devices[id] = d
		}
	}
	if u, err := url.Parse(shown.Upstream.Proxy); err == nil && u.User != nil {
		before, after, _ := strings.Cut(shown.Upstream.Proxy, u.User.String())
		shown.Upstream.Proxy = before + u.User.Username() + ":" + hidden + after
	}
	return &shown
}

// A writer writes YAML in blocks, two spaces a level.
type writer struct {
	bytes.Buffer
	comments bool
}

// inside writes what is in p, a struct or a map. The first line of a list's entry has the dash in its indent.
func (w *writer) inside(p place, indent string) {
	for i, c := range p.children() {
		if w.comments {
			if indent == "" && i > 0 {
				w.WriteByte('\n')
			}
			w.comment(c, strings.ReplaceAll(indent, "-", " "))
		}
		w.WriteString(indent + key(p, c) + ":")
		indent = strings.ReplaceAll(indent, "-", " ")
		w.value(c, indent)
	}
}

func (w *writer) value(p place, indent string) {
	switch entries := p.children(); {
	case p.value.Kind() == reflect.Slice && len(entries) == 0:
		w.WriteString(" []\n")
	case p.value.Kind() == reflect.Map && len(entries) == 0:
		w.WriteString(" {}\n")
	case p.value.Kind() == reflect.Slice && isScalar(p.value.Type().Elem()):
		w.WriteString(" " + listed(p) + "\n")
	case p.value.Kind() == reflect.Slice:
		w.WriteByte('\n')
		for _, e := range entries {
			w.inside(e, indent+"  - ")
		}
	case !isScalar(p.value.Type()):
		w.WriteByte('\n')
		w.inside(p, indent+"  ")
	default:
		w.WriteString(" " + scalar(p.value) + "\n")
	}
}

// listed writes a list of scalars in one line.
func listed(p place) string {
	var all []string
	for _, e := range p.children() {
		all = append(all, scalar(e.value))
	}
	return "[" + strings.Join(all, ", ") + "]"
}

// key is the name of c, which is in p. A map's keys may be anything.
func key(p, c place) string {
	if p.value.Kind() == reflect.Map && p.value.Type().Key().Kind() == reflect.String {
		return quoted(c.name)
	}
	return c.name
}

// comment writes what a key is for, and which values it takes.
func (w *writer) comment(p place, indent string) {
	k := keyOf[p.pattern]
	if k == nil {
		return
	}
	text := strings.ReplaceAll(k.Doc, "`", "")
	if k.Rule.Allowed != "" {
		text += " Allowed: " + k.Rule.Allowed + "."
	}
	for _, line := range wrap(text, 110-len(indent)) {
		w.WriteString(indent + "# " + line + "\n")
	}
	if k.Rule.Example != "" {
		w.WriteString(indent + "#   " + p.name + ": " + k.Rule.Example + "\n")
	}
}

// wrap breaks text into lines of at most width octets, where words allow.
func wrap(text string, width int) (lines []string) {
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return append(lines, line)
}

var plain = regexp.MustCompile(`^[A-Za-z/][A-Za-z0-9/_.-]*$`)

// scalar writes a value so that YAML reads it as it is.
func scalar(v reflect.Value) string {
	if v.Kind() == reflect.String {
		return quoted(v.String())
	}
	return show(v.Interface())
}

func quoted(s string) string {
	if plain.MatchString(s) && !strings.EqualFold(s, "null") {
		return s
	}
	return strconv.Quote(s)
}
