package config

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzYAML reads any text as a file: nothing may panic, a problem points into the text, and what is accepted is
// written and read again to the same.
func FuzzYAML(f *testing.F) {
	for _, pattern := range []string{"testdata/*.yaml", "testdata/problems/*.yaml"} {
		files, err := filepath.Glob(pattern)
		require.NoError(f, err)
		for _, file := range files {
			text, err := os.ReadFile(file)
			require.NoError(f, err)
			f.Add(text)
		}
	}
	f.Add(Sample())
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := read(text)
		if err != nil {
			p := (*Problem)(nil)
			require.True(t, errors.As(err, &p), err)
			return
		}
		again, err := read(c.YAML())
		require.NoError(t, err)
		require.Equal(t, c, again)
	})
}

func read(text []byte) (*Config, error) {
	r := newReader()
	r.yaml(text, origin{rank: fromFile, name: "gateway.yaml"}, whole(r.config))
	return r.finish()
}
