package prose

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const top = "../.."

// pages returns what is written for people: the path of each page, relative to the top, and its text.
func pages(t *testing.T) map[string]string {
	t.Helper()
	texts := make(map[string]string)
	err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == ".git" || d.Name() == "bin" || d.Name() == "data" || d.Name() == "testdata" || d.Name() == ".scratch"):
			return filepath.SkipDir
		case filepath.Ext(path) != ".md", strings.Contains(path, "config/gen/"): // what a page is made of is none
			return nil
		}
		b, err := os.ReadFile(path)
		name, _ := filepath.Rel(top, path)
		texts[name] = string(b)
		return err
	})
	require.NoError(t, err)
	require.Contains(t, texts, "README.md")
	return texts
}

// prose is a page without its blocks of code, and without code in lines where links would not be links.
func prose(text string) string {
	var b strings.Builder
	inBlock := false
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			inBlock = !inBlock
			continue
		}
		if !inBlock {
			b.WriteString(line)
		}
	}
	return b.String()
}
