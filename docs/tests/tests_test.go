package tests

import (
	"go/parser"
	"go/token"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestHead(t *testing.T) {
	require.Equal(t, []string{"first", "second"}, Head("# first\n# second\n\n# third\n"))
	require.Empty(t, Head("device CONNECT\n# first\n"))
}

func TestGoTest(t *testing.T) {
	link, err := GoTest("../..", "docs/tests TestGoTest")
	require.NoError(t, err)
	require.Equal(t, "docs/tests `TestGoTest`", link)
	_, err = GoTest("../..", "docs/tests TestGo")
	require.Error(t, err)
}

func TestGoComments(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "x_test.go", `package x

// Not of a test.

var table = []string{"a row"} // beside a row

// Above.
func TestOne(t *testing.T) {
	// Inside.
	_ = table
}

// Of another.
func TestTwo(t *testing.T) { _ = table }

// Of no test.
func helper() { _ = "text" }
`, parser.ParseComments)
	require.NoError(t, err)
	require.Equal(t, []GoComment{
		{"x `TestOne`", "Above."}, {"x `TestOne`", "Inside."}, {"x `TestOne`", "a row"},
		{"x `TestTwo`", "Of another."},
	}, commentsOf(file, "x"))
}
