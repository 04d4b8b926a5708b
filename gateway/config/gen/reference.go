package main

import (
	"bytes"
	_ "embed"
	"slices"
	"text/template"

	"mqttsn-gateway/gateway/config"
)

//go:embed reference.md
var referenceText string

var referenceTemplate = template.Must(template.New("reference.md").Parse(referenceText))

// A section is a heading of the reference and the table below it.
type section struct {
	Name, Doc string
	Keys      []config.Key
}

// sections groups the keys under the first names of their paths. A key that holds others only heads its section.
func sections() (all []section) {
	for _, k := range config.Keys() {
		if k.Path == k.Section() {
			all = append(all, section{Name: k.Path, Doc: k.Doc})
			if k.Default() == "" {
				continue
			}
		}
		s := &all[len(all)-1]
		s.Keys = append(s.Keys, k)
	}
	return all
}

// A variable is an example of how keys and environment variables are named.
type variable struct{ Path, Variable string }

// variables has one example of each kind.
func variables() (all []variable) {
	examples := []string{"gateway.mode", "log.level", "links[].listen", "sessions.queue.bytes", "predefined"}
	for _, k := range config.Keys() {
		if slices.Contains(examples, k.Path) {
			all = append(all, variable{k.Path, config.Variable(k.Path)})
		}
	}
	return all
}

// reference is docs/configuration.md.
func reference() []byte {
	var b bytes.Buffer
	err := referenceTemplate.Execute(&b, map[string]any{
		"Prefix":    config.Prefix,
		"Variables": variables(),
		"Flags":     config.Flags,
		"Sections":  sections(),
	})
	if err != nil {
		panic(err) // the template does not fit the data: TestFilesAreCurrent finds it
	}
	return b.Bytes()
}
