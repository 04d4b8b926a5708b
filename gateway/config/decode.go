package config

import (
	"errors"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// A reader fills a Config from one source after the other, and collects what is wrong.
type reader struct {
	config   *Config
	set      map[string]origin // who set what, by path
	problems []*Problem
}

// An origin is where a value came from. A later source has the greater rank and overrides.
type origin struct {
	rank         rank
	name         string
	line, column int
}

type rank uint8

const (
	fromDefault rank = iota
	fromFile
	fromEnvironment
	fromFlag
)

// at is the origin of something in YAML text that came from o.
func (o origin) at(t *token.Token) origin {
	if o.rank == fromFile && t != nil {
		o.line, o.column = t.Position.Line, t.Position.Column
	}
	return o
}

func (r *reader) problem(o origin, key, what, remedy string) {
	r.problems = append(r.problems, &Problem{
		Origin: o.name, Line: o.line, Column: o.column, Key: key, What: what, Remedy: remedy,
	})
}

// entries of lists begin with these values.
var entryDefaults = map[reflect.Type]func() reflect.Value{
	reflect.TypeFor[Link]():        func() reflect.Value { return reflect.ValueOf(defaultLink()) },
	reflect.TypeFor[AccessRule]():  func() reflect.Value { return reflect.ValueOf(defaultAccessRule()) },
	reflect.TypeFor[MappingRule](): func() reflect.Value { return reflect.ValueOf(defaultMappingRule()) },
	reflect.TypeFor[Listener]():    func() reflect.Value { return reflect.ValueOf(defaultListener()) },
	reflect.TypeFor[ClientRule]():  func() reflect.Value { return reflect.ValueOf(defaultClientRule()) },
}

func newEntry(t reflect.Type) reflect.Value {
	v := reflect.New(t).Elem()
	if f := entryDefaults[t]; f != nil {
		v.Set(f())
	}
	return v
}

// yaml reads YAML text into p.
func (r *reader) yaml(text []byte, o origin, p place) {
	file, err := parser.ParseBytes(text, 0)
	if e := yaml.Error(nil); errors.As(err, &e) {
		r.problem(o.at(e.GetToken()), p.path, strings.TrimSpace(e.GetMessage()), "")
		return
	} else if err != nil {
		r.problem(o, p.path, err.Error(), "")
		return
	}
	for i, doc := range file.Docs {
		switch {
		case doc.Body == nil:
		case i > 0:
			r.problem(o.at(firstToken(doc.Body)), p.path, "a second document", "write one")
		default:
			r.decode(doc.Body, o.at(firstToken(doc.Body)), p)
		}
	}
}

// decode reads a node into p. Where a container is, its key says; o is its origin.
func (r *reader) decode(n ast.Node, o origin, p place) {
	switch n := n.(type) {
	case *ast.NullNode:
		if isScalar(p.value.Type()) {
			r.problem(o, p.path, "no value", p.remedy()+", or remove the key")
		}
	case *ast.AnchorNode, *ast.AliasNode, *ast.MergeKeyNode, *ast.TagNode:
		r.problem(o.at(n.GetToken()), p.path, "anchors, aliases and tags are not understood", "write the value itself")
	case ast.MapNode:
		r.mapping(n, o, p)
	case *ast.SequenceNode:
		r.sequence(n, o, p)
	case *ast.LiteralNode:
		r.scalar(n.Value.Value, o.at(n.GetToken()), p)
	case *ast.StringNode:
		r.scalar(n.Value, o.at(n.GetToken()), p)
	default:
		r.scalar(n.GetToken().Value, o.at(n.GetToken()), p)
	}
}

func isScalar(t reflect.Type) bool {
	return t.Kind() != reflect.Struct && t.Kind() != reflect.Slice && t.Kind() != reflect.Map
}

func (r *reader) scalar(text string, o origin, p place) {
	r.set[p.path] = o
	v := reflect.New(p.value.Type()).Elem()
	if err := parse(text, v); err != nil {
		r.problem(o, p.path, err.Error(), p.remedy())
		return
	}
	p.value.Set(v)
}

func (r *reader) sequence(n *ast.SequenceNode, o origin, p place) {
	if p.value.Kind() != reflect.Slice {
		r.problem(o, p.path, "is a list", p.remedy())
		return
	}
	r.set[p.path] = o
	p.value.SetZero()
	p.value.Grow(len(n.Values))
	p.value.SetLen(len(n.Values))
	for i, entry := range p.children() {
		entry.value.Set(newEntry(entry.value.Type()))
		r.set[entry.path] = o.at(firstToken(n.Values[i]))
		r.decode(n.Values[i], r.set[entry.path], entry)
	}
}

func (r *reader) mapping(n ast.MapNode, o origin, p place) {
	var field func(key string, o origin) (place, func())
	switch p.value.Kind() {
	case reflect.Struct:
		field = func(key string, o origin) (place, func()) { return r.field(key, o, p), func() {} }
	case reflect.Map:
		r.set[p.path] = o
		p.value.SetZero()
		field = func(key string, o origin) (place, func()) { return r.entry(key, o, p) }
	default:
		r.problem(o, p.path, "has keys of its own", p.remedy())
		return
	}
	for it := n.MapRange(); it.Next(); {
		key := it.Key().GetToken()
		if _, ok := it.Key().(*ast.MergeKeyNode); ok {
			r.problem(o.at(key), p.path, "merge keys are not understood", "write the values themselves")
			continue
		}
		inner, done := field(key.Value, o.at(key))
		if inner.value.IsValid() {
			r.decode(it.Value(), o.at(key), inner)
			done()
		}
	}
}

// field finds the field of a struct, or reports that there is none.
func (r *reader) field(key string, o origin, p place) place {
	var names []string
	for _, c := range p.children() {
		if c.name == key {
			r.set[c.path] = o
			return c
		}
		names = append(names, c.name)
	}
	remedy := "known here: " + strings.Join(names, ", ")
	if s := suggest(key, names); s != "" {
		remedy = "did you mean " + s + "?"
	}
	r.problem(o, join(p.path, key), "unknown key", remedy)
	return place{}
}

// entry makes a value for a key of a map; done stores it there.
func (r *reader) entry(key string, o origin, p place) (inner place, done func()) {
	k := reflect.New(p.value.Type().Key()).Elem()
	path := join(p.path, show(key))
	if err := parse(key, k); err != nil {
		r.problem(o, path, err.Error(), p.remedy())
		return place{}, nil
	}
	r.set[path] = o
	v := newEntry(p.value.Type().Elem())
	return place{key, path, p.pattern + ".*", v}, func() {
		if p.value.IsNil() {
			p.value.Set(reflect.MakeMap(p.value.Type()))
		}
		p.value.SetMapIndex(k, v)
	}
}

// remedy says what to write at p.
func (p place) remedy() string {
	if k := keyOf[p.pattern]; k != nil && k.Rule.Allowed != "" {
		return "write " + k.Rule.Allowed
	}
	return "write " + kindOf(p.value.Type())
}

// firstToken is where a node begins: for a mapping at its first key.
func firstToken(n ast.Node) *token.Token {
	if m, ok := n.(*ast.MappingNode); ok && len(m.Values) > 0 {
		return m.Values[0].Key.GetToken()
	}
	if m, ok := n.(*ast.MappingValueNode); ok {
		return m.Key.GetToken()
	}
	return n.GetToken()
}
