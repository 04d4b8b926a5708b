package gateway

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/sirupsen/logrus/hooks/test"
	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/radio"
)

// logged is the log of notes, with the minutes that pass before each.
func logged(l *loop, hook *test.Hook, notes ...engine.Note) []string {
	hook.Reset()
	l.out.Notes = notes
	l.notes()
	var all []string
	for _, e := range hook.AllEntries() {
		all = append(all, fmt.Sprint(e.Message, " ", e.Data[fieldClient], " ", e.Data[fieldMore]))
	}
	return all
}

// TestTheLogRepeatsLittle: neither a device that tries over and over nor many that make up their names fill the log.
func TestTheLogRepeatsLittle(t *testing.T) {
	log, hook := test.NewNullLogger()
	l := &loop{log: log}
	refused := func(client string) engine.Note { return engine.Note{Kind: engine.NoteRefused, Client: client} }
	var flood []engine.Note
	for i := range 1000 {
		flood = append(flood, refused("th7"), refused(fmt.Sprint("made up ", i)))
	}
	flood = append(flood, engine.Note{Kind: engine.NoteLost, Client: "th8"}, engine.Note{Kind: engine.NoteConnected, Client: "th9"})
	lines := logged(l, hook, flood...)
	require.Len(t, lines, repeatsKind+2)
	require.Equal(t, []string{"device lost th8 <nil>", "device connected th9 <nil>"}, lines[repeatsKind:])
	require.Equal(t, repeatsClient, strings.Count(strings.Join(lines, "\n"), "refused th7"))

	l.repeats.since = time.Now().Add(-repeatTime)
	require.Equal(t, []string{fmt.Sprintf("device refused <nil> %d", 2000-repeatsKind), "device refused th7 <nil>"}, logged(l, hook, refused("th7")))
	l.repeats.since = time.Now().Add(-repeatTime)
	require.Empty(t, logged(l, hook))
}

// TestLogFieldsComeFromOneList: who searches the log knows what to search for.
func TestLogFieldsComeFromOneList(t *testing.T) {
	files := token.NewFileSet()
	checked := 0
	require.NoError(t, filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(files, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			for _, name := range fieldNames(n) {
				checked++
				id, ok := name.(*ast.Ident)
				require.True(t, ok && strings.HasPrefix(id.Name, "field"), "%s: a field that is not in notes.go", files.Position(name.Pos()))
			}
			return true
		})
		return nil
	}))
	require.Greater(t, checked, 10)
}

// fieldNames are the names of the fields that a call of logrus, or a literal of its, gives.
func fieldNames(n ast.Node) (names []ast.Expr) {
	switch n := n.(type) {
	case *ast.CallExpr:
		if f, ok := n.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "WithField" {
			names = append(names, n.Args[0])
		}
	case *ast.CompositeLit:
		if f, ok := n.Type.(*ast.SelectorExpr); ok && f.Sel.Name == "Fields" {
			for _, e := range n.Elts {
				names = append(names, e.(*ast.KeyValueExpr).Key)
			}
		}
	}
	return names
}

// TestOneLineSaysWhy: who looks into the log for a device that is refused need not look elsewhere.
func TestOneLineSaysWhy(t *testing.T) {
	log, hook := test.NewNullLogger()
	e, err := engine.New(engine.DefaultConfig("udp"))
	require.NoError(t, err)
	l := &loop{log: log, engine: e, links: []*link{{name: "lan", Link: nowhere{}}}}
	for _, datagram := range []string{
		"\x06\x04\x00\x01\x00\x3c",        // no client id
		"\x09\x04\x00\x07\x00\x3cth7",     // a version that there is not
		"\x0a\x04\x00\x01\x00\x3cth\x07.", // a client id that a terminal would obey
	} {
		hook.Reset()
		e.Datagram(0, 0, radio.Peer{1}, []byte(datagram), &l.out)
		l.notes()
		l.out.Reset()
		line := hook.LastEntry()
		require.NotNil(t, line, "%q", datagram)
		require.Equal(t, logrus.WarnLevel, line.Level)
		require.Equal(t, "device refused", line.Message)
		require.Equal(t, "lan", line.Data[fieldLink])
		require.Contains(t, line.Data[fieldDetail], ": ", "a reason, and what to do about it")
	}
}

// nowhere is a link that knows how to show an address.
type nowhere struct{ radio.Link }

func (nowhere) FormatPeer(radio.Peer) string { return "192.0.2.7:1" }
