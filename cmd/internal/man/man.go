// Package man writes a program's manual pages from what its commands say of themselves.
package man

import (
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// Command returns the command "man DIR", which writes the pages of section 1, one for each command of the program that
// it is added to. The date in the pages is that of SOURCE_DATE_EPOCH, where it is set, so that builds can be repeated.
func Command() *cobra.Command {
	return &cobra.Command{
		Use:     "man DIR",
		Short:   "Write the manual pages into a directory",
		Long:    "Write the manual pages into a directory, a page for each command. Packages bring them along.",
		Example: "  PROGRAM man /usr/local/share/man/man1",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return err
			}
			root := cmd.Root()
			root.DisableAutoGenTag = true
			return doc.GenManTree(root, &doc.GenManHeader{Section: "1", Source: root.Name(), Manual: "MQTT-SN gateway"}, args[0])
		},
	}
}
