package config

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write what is said now into testdata/problems")

// TestProblems compares what is said about each file in testdata/problems with the text beside it.
func TestProblems(t *testing.T) {
	files, err := filepath.Glob("testdata/problems/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			c, err := Load(file, nil, nil)
			require.Error(t, err)
			require.Nil(t, c)
			got := strings.ReplaceAll(err.Error(), "testdata/problems/", "") + "\n"
			golden := strings.TrimSuffix(file, ".yaml") + ".txt"
			if *update {
				require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			require.Equal(t, string(want), got)
		})
	}
}

func TestProblemsAreTyped(t *testing.T) {
	_, err := Load("testdata/problems/ranges.yaml", nil, nil)
	p := (*Problem)(nil)
	require.True(t, errors.As(err, &p))
	require.Equal(t, "gateway.id", p.Key)
	require.Equal(t, []int{2, 7}, []int{p.Line, p.Column})
}
