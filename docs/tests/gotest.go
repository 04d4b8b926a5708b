package tests

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// GoTest takes "folder TestName", makes sure that there is such a test, and refers to it in Markdown.
func GoTest(root, test string) (string, error) {
	folder, name, _ := strings.Cut(test, " ")
	files, err := filepath.Glob(path.Join(root, folder, "*_test.go"))
	if err != nil {
		return "", err
	}
	declaration := regexp.MustCompile(`(?m)^func ` + regexp.QuoteMeta(name) + `\(`)
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		if declaration.Match(source) {
			return markdown(folder, name), nil
		}
	}
	return "", fmt.Errorf("%s: there is no such test", test)
}

func markdown(folder, name string) string { return fmt.Sprintf("%s `%s`", folder, name) }

// A GoComment is something that a Go test says of itself: a line of a comment in or above it, or a text of its tables,
// which is often the name of a row.
type GoComment struct {
	Test string // in Markdown
	Line string // without // or quotes
}

// GoComments collects the comments of all tests of the repository at root. A table beside the tests is taken for that of
// the first test in its file that uses it.
func GoComments(root string) (list []GoComment, err error) {
	err = filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && file != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "docs"): // docs is us
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(file, "_test.go"):
			return nil
		}
		folder, err := filepath.Rel(root, filepath.Dir(file))
		if err != nil {
			return err
		}
		files := token.NewFileSet()
		parsed, err := parser.ParseFile(files, file, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		list = append(list, commentsOf(parsed, filepath.ToSlash(folder))...)
		return nil
	})
	return list, err
}

func commentsOf(file *ast.File, folder string) (list []GoComment) {
	tables := make(map[string]ast.Node) // by name, those that no test has used yet
	for _, d := range file.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.VAR {
			for _, s := range g.Specs {
				v := s.(*ast.ValueSpec)
				tables[v.Names[0].Name] = v
			}
		}
	}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || !strings.HasPrefix(f.Name.Name, "Test") && !strings.HasPrefix(f.Name.Name, "Fuzz") {
			continue
		}
		test := markdown(folder, f.Name.Name)
		for _, line := range append(commentLines(file, f), texts(f)...) {
			list = append(list, GoComment{test, line})
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && tables[id.Name] != nil {
				for _, line := range append(commentLines(file, tables[id.Name]), texts(tables[id.Name])...) {
					list = append(list, GoComment{test, line})
				}
				delete(tables, id.Name)
			}
			return true
		})
	}
	return list
}

// commentLines are those in and above a declaration.
func commentLines(file *ast.File, n ast.Node) (lines []string) {
	from := n.Pos()
	if f, ok := n.(*ast.FuncDecl); ok && f.Doc != nil {
		from = f.Doc.Pos()
	}
	for _, group := range file.Comments {
		for _, c := range group.List {
			if from <= c.Pos() && c.Pos() <= n.End() {
				lines = append(lines, strings.TrimSpace(strings.TrimPrefix(c.Text, "//")))
			}
		}
	}
	return lines
}

// texts are the string literals in a declaration.
func texts(n ast.Node) (lines []string) {
	ast.Inspect(n, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if text, err := strconv.Unquote(lit.Value); err == nil {
				lines = append(lines, text)
			}
		}
		return true
	})
	return lines
}
