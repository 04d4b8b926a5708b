// Conformance writes docs/conformance-2.0.md: which test holds us to which statement of the draft of MQTT-SN 2.0.
//
//	go generate ./docs/conformance
//
// The statements are in statements.txt, in our own words. Tests name those they are about: a scenario of the engine in the
// first lines of its head,
//
//	# v2.0 3.1.4-1, 3.1.4-2
//
// a Go test in such a comment of its own, or by a row of its table whose name begins with the number. Why one is not
// tested stands in untested.txt. A statement for servers that has neither is an error, and so is a test that names a
// statement which does not exist.
package main

import (
	"errors"
	"fmt"
	"io"

	"mqttsn-gateway/docs/tests"
)

//go:generate go run . -root ../.. -o ../conformance-2.0.md

func main() { tests.WritePage("conformance", "docs/conformance-2.0.md", write) }

const heading = `# Conformance with the draft of MQTT-SN 2.0

<!-- Made by "go generate ./docs/conformance" from what the tests say of themselves and the lists in docs/conformance. -->

The %d conformance statements of the draft of 14 August 2026 ([mqttsn-2.0.md](mqttsn-2.0.md)), in our own words, and the
tests that hold us to them. The draft's identifiers begin with MQTT-SN-. "Who" is whom a statement binds: C the client, S the
server, B both, X whoever sends or receives. Names in lower case are scenarios of the engine, conversations in text; the
others are Go tests, with their package.

Of %d statements that bind a server, tests hold it to %d; of %d the reason is given why not; %d are open. Of the %d that bind
clients only, tests hold the client library to %d.
`

// write makes the page of the repository at root.
func write(w io.Writer, root string) error {
	list, err := readStatements(root)
	if err != nil {
		return err
	}
	scenarios, err := tests.Scenarios(root)
	if err != nil {
		return err
	}
	comments, err := tests.GoComments(root)
	if err != nil {
		return err
	}
	var problems []error
	for _, s := range scenarios {
		for _, line := range s.Head {
			problems = append(problems, list.enter(cited(line), s.Link())...)
		}
	}
	for _, c := range comments {
		problems = append(problems, list.enter(append(cited(c.Line), rowOf(c.Line)...), c.Test)...)
	}
	if err := errors.Join(problems...); err != nil {
		return err
	}
	list.write(w)
	tests.WriteLinks(w, scenarios)
	return nil
}

func (l statements) write(w io.Writer) {
	count := func(of func(*statement) bool) (n int) {
		for _, s := range l {
			if s.id != "" && of(s) {
				n++
			}
		}
		return n
	}
	open := count((*statement).gap)
	servers := count((*statement).bindsServers)
	tested := count(func(s *statement) bool { return s.bindsServers() && s.tested() })
	all := count(func(*statement) bool { return true })
	clients := count(func(s *statement) bool { return !s.bindsServers() && s.tested() })
	fmt.Fprintf(w, heading, all, servers, tested, servers-tested-open, open, all-servers, clients)
	for _, s := range l {
		s.write(w)
	}
}
