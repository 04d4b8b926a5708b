package man_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"mqttsn-gateway/cmd/internal/man"
)

func TestAPageForEachCommand(t *testing.T) {
	t.Setenv("SOURCE_DATE_EPOCH", "1780000000")
	root := &cobra.Command{Use: "radio", Short: "Talk over the air"}
	tune := &cobra.Command{Use: "tune", Short: "Find a channel", Run: func(*cobra.Command, []string) {}}
	tune.Flags().Int("channel", 11, "channel to begin with")
	root.AddCommand(tune, man.Command())
	dir := filepath.Join(t.TempDir(), "share", "man1")
	root.SetArgs([]string{"man", dir})
	require.NoError(t, root.Execute())

	page, err := os.ReadFile(filepath.Join(dir, "radio-tune.1"))
	require.NoError(t, err)
	for _, text := range []string{"Find a channel", `channel to begin with`, `.TH "RADIO-TUNE" "1" "May 2026"`} {
		require.Contains(t, string(page), text)
	}
	require.FileExists(t, filepath.Join(dir, "radio.1"))
}
