package v2_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The page on our readings names a test for each; the tests, and the rows of tables, have to be there.
func TestDocumentedReadings(t *testing.T) {
	page, err := os.ReadFile("../../docs/mqttsn-2.0.md")
	require.NoError(t, err)
	named := regexp.MustCompile("`(Test\\w+)(?:/([^`]+))?`").FindAllStringSubmatch(string(page), -1)
	require.Greater(t, len(named), 50)

	scenarios := regexp.MustCompile("`(v2_\\w+)`").FindAllStringSubmatch(string(page), -1)
	require.Greater(t, len(scenarios), 30)
	for _, m := range scenarios { // or what several begin with
		files, err := filepath.Glob("../../gateway/engine/testdata/scenarios/" + m[1] + "*.txt")
		require.NoError(t, err)
		require.NotEmpty(t, files, m[1])
	}

	tests := testSources(t)
	for _, m := range named {
		test, row := m[1], m[2]
		require.True(t, strings.Contains(tests, "func "+test+"(t *testing.T)"), "%s is named in the page", test)
		if row != "" {
			require.True(t, strings.Contains(tests, `"`+row+`"`), "%s has no row %s", test, row)
		}
	}
}

// testSources is the text of all our test files that deal with this version of the protocol.
func testSources(t *testing.T) string {
	var all strings.Builder
	for _, folder := range []string{".", "../client", "../../gateway/engine", "../../gateway/e2e"} {
		err := filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, "_test.go") {
				return err
			}
			b, err := os.ReadFile(path)
			all.Write(b)
			return err
		})
		require.NoError(t, err)
	}
	return all.String()
}
