package config

import (
	"fmt"
	"reflect"
	"regexp"
	"strconv"
)

var pathPart = regexp.MustCompile(`[^.\[\]]+`)

// override sets the value at a path such as links[0].listen from text: that of a scalar, or YAML for a list or a map.
func (r *reader) override(path, text string, o origin) {
	p := whole(r.config)
	var done []func()
	for _, part := range pathPart.FindAllString(path, -1) {
		var store func()
		switch p.value.Kind() {
		case reflect.Slice:
			p = r.listEntry(part, o, p)
		case reflect.Map:
			p, store = r.entry(part, o, p)
		default:
			p = r.field(part, o, p)
		}
		if !p.value.IsValid() {
			return
		}
		if store != nil {
			done = append(done, store)
		}
	}
	if isScalar(p.value.Type()) {
		r.scalar(text, o, p)
	} else {
		r.yaml([]byte(text), o, p)
	}
	for _, store := range done {
		store()
	}
}

// listEntry finds an entry by its number, or adds it at the end.
func (r *reader) listEntry(number string, o origin, p place) place {
	i, _ := strconv.Atoi(number)
	if i > p.value.Len() {
		r.problem(o, fmt.Sprintf("%s[%d]", p.path, i), fmt.Sprintf("there are only %d", p.value.Len()), "number from 0 without gaps")
		return place{}
	}
	if i == p.value.Len() {
		p.value.Set(reflect.Append(p.value, newEntry(p.value.Type().Elem())))
	}
	return p.children()[i]
}
