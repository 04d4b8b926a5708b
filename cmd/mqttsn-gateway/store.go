package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"mqttsn-gateway/gateway/store"
)

func storeCommand() *cobra.Command {
	return group("store", "Look at, save or bring back what a gateway keeps on disk",
		storeCheckCommand(), storeExportCommand(), storeImportCommand(), storeBackupCommand())
}

func storeCheckCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check DIR",
		Short: "Find damage in a data directory",
		Long: "Read everything that the gateway keeps in its data directory (gateway.data), and say what is damaged. Nothing is\n" +
			"changed. The gateway must not be running. The exit code is 0 if all is well.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			r, err := store.Check(args[0])
			if err != nil {
				return failure{err}
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: format %d, %d records, %d octets in use of %d\n",
				args[0], r.Version, r.Records, r.LiveBytes, r.DiskBytes)
			return problems(r)
		},
	}
}

// problems makes one failure of what a report lists, nil of a sound store's.
func problems(r store.Report) error {
	if len(r.Problems) == 0 {
		return nil
	}
	err := r.Problems[0]
	for _, p := range r.Problems[1:] {
		err = fmt.Errorf("%w\n%w", err, p)
	}
	return failure{err}
}

func storeExportCommand() *cobra.Command {
	var salvage bool
	cmd := &cobra.Command{
		Use:   "export DIR",
		Short: "Write a data directory to standard output as JSON, a record a line",
		Long: "Write every record of a data directory to standard output, as a line of JSON. Nothing is changed. The gateway must\n" +
			"not be running. It is for moving a gateway to another machine, and for saving what can be read of a damaged one.",
		Example: "  mqttsn-gateway store export /var/lib/mqttsn-gateway >sessions.json",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			p := newProgress(cmd.ErrOrStderr())
			r, err := store.ExportDir(args[0], p.writer(cmd.OutOrStdout()), salvage)
			p.end()
			if err != nil {
				return failure{err}
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "%d records\n", r.Records)
			if salvage {
				for _, p := range r.Problems {
					fmt.Fprintln(cmd.ErrOrStderr(), "not read:", p)
				}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&salvage, "salvage", false, "of a damaged directory, write what can be read")
	return cmd
}

func storeImportCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "import DIR [FILE]",
		Short:   "Make a data directory of an export",
		Long:    "Make a new data directory of an export, from FILE or standard input. DIR must be empty or missing.",
		Example: "  mqttsn-gateway store import /var/lib/mqttsn-gateway sessions.json",
		Args:    cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			var in io.Reader = cmd.InOrStdin()
			if len(args) == 2 {
				f, err := os.Open(args[1])
				if err != nil {
					return failure{err}
				}
				defer f.Close()
				in = f
			}
			p := newProgress(cmd.ErrOrStderr())
			n, err := store.Import(args[0], p.reader(in))
			p.end()
			if err != nil {
				return failure{err}
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "%d records\n", n)
			return nil
		},
	}
}
