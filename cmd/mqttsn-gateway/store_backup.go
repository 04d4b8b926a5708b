package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"mqttsn-gateway/gateway/store"
)

func storeBackupCommand() *cobra.Command {
	var r remote
	cmd := r.command(&cobra.Command{
		Use:   "backup FILE",
		Short: "Write what a running gateway keeps on disk to a file",
		Long: "Write all that a running gateway has on disk at this moment to FILE, as store export does of a directory; the gateway\n" +
			"goes on meanwhile. FILE is replaced once the backup is whole. The command store import makes a data directory of it.",
		Example: "  mqttsn-gateway store backup /var/backups/mqttsn-gateway.jsonl",
		Args:    cobra.ExactArgs(1),
	}, func(cmd *cobra.Command, args []string) error {
		n, err := backUp(cmd.Context(), &r, args[0])
		if err != nil {
			return err
		}
		return r.show(cmd.OutOrStdout(), map[string]int{"records": n}, func(t *tabwriter.Writer) { fmt.Fprintf(t, "%d records\n", n) })
	})
	return cmd
}

// backUp puts a whole backup in the place of a file, or leaves that alone.
func backUp(ctx context.Context, r *remote, file string) (records int, err error) {
	in, err := r.Stream(ctx, "store/export")
	if err != nil {
		return 0, err
	}
	defer in.Close()
	part := file + ".part"
	out, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600) // it holds wills and messages
	if err != nil {
		return 0, err
	}
	defer os.Remove(part)
	copied := io.TeeReader(in, out)
	if records, err = store.CheckExport(copied); err == nil {
		_, err = io.Copy(io.Discard, copied) // the end of the last line
	}
	if err = errors.Join(err, out.Sync(), out.Close()); err != nil {
		return 0, fmt.Errorf("the backup is not whole: %w", err)
	}
	return records, os.Rename(part, file)
}
