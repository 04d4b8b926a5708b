package config

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// A Key is everything about one key of the file but its type and its default, which are Go's.
type Key struct {
	// Path is where the key is in the file: "gateway.id". In it [] stands for the entries of a list, and * for the
	// keys of a map.
	Path string

	Doc  string // what it is for, in sentences
	Why  string // why its default is what it is; empty where there is none
	Rule Rule   // which values it takes
}

// Keys returns a row for every key, in the order of the file. The caller must not change it.
func Keys() []Key { return keys }

var keyOf = func() map[string]*Key {
	m := make(map[string]*Key, len(keys))
	for i := range keys {
		m[keys[i].Path] = &keys[i]
	}
	return m
}()

// A place is a value in a configuration and the key that describes it.
type place struct {
	name    string // "listen"; empty for an entry of a list
	path    string // "links[1].listen", "devices.th7.predefined.1"
	pattern string // the Path of its Key; that of the map or list for what has no Key of its own
	value   reflect.Value
}

// whole is the place of all of c.
func whole(c *Config) place { return place{value: reflect.ValueOf(c).Elem()} }

// children are the places directly inside p: the fields of a struct, in their order, the entries of a list, and those of
// a map, sorted; a map's can be read and not set.
func (p place) children() []place {
	var cs []place
	switch p.value.Kind() {
	case reflect.Struct:
		for i := range p.value.NumField() {
			name := p.value.Type().Field(i).Tag.Get("yaml")
			cs = append(cs, place{name, join(p.path, name), join(p.pattern, name), p.value.Field(i)})
		}
	case reflect.Slice:
		for i := range p.value.Len() {
			cs = append(cs, place{"", p.path + "[" + strconv.Itoa(i) + "]", p.pattern + "[]", p.value.Index(i)})
		}
	case reflect.Map:
		for _, k := range p.value.MapKeys() {
			name := fmt.Sprint(k.Interface())
			cs = append(cs, place{name, join(p.path, show(name)), p.pattern + ".*", p.value.MapIndex(k)})
		}
		slices.SortFunc(cs, func(a, b place) int {
			return cmp.Or(cmp.Compare(len(a.name), len(b.name)), cmp.Compare(a.name, b.name)) // numbers in their order
		})
	}
	return cs
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// outer is the path of what contains path; empty for a section.
func outer(path string) string {
	if i := strings.LastIndexAny(path, ".["); i >= 0 {
		return path[:i]
	}
	return ""
}

// Default is the key's value where nobody set it, as the file shows it; for a key of a list's entry, in a new entry.
// It is empty for a section.
func (k Key) Default() string {
	v := reflect.ValueOf(*Default())
	for part := range strings.SplitSeq(k.Path, ".") {
		name, isList := strings.CutSuffix(part, "[]")
		if name == "*" {
			v = newEntry(v.Type().Elem())
			continue
		}
		for _, c := range (place{value: v}).children() {
			if c.name == name {
				v = c.value
				break
			}
		}
		if isList {
			v = newEntry(v.Type().Elem())
		}
	}
	switch {
	case isScalar(v.Type()):
		return scalar(v)
	case v.Kind() == reflect.Struct:
		return ""
	case v.Kind() == reflect.Slice && isScalar(v.Type().Elem()):
		return listed(place{value: v})
	case v.Len() > 0:
		return "one, as below"
	case v.Kind() == reflect.Slice:
		return "[]"
	}
	return "{}"
}

// Section is the name of the section that the key is in, or is.
func (k Key) Section() string {
	name, _, _ := strings.Cut(k.Path, ".")
	return strings.TrimSuffix(name, "[]")
}
