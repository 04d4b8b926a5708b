package main

import (
	"cmp"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"mqttsn-gateway/gateway/admin"
)

func reloadCommand() *cobra.Command {
	var r remote
	return r.command(&cobra.Command{
		Use:   "reload",
		Short: "Make a running gateway read its configuration again",
		Long: "Make a running gateway read its configuration again, with the files that it names: users, keys, certificates. Sessions\n" +
			"go on. It shows what is different, and which of it takes effect only when the gateway is started again. If there is a\n" +
			"mistake nothing changes, and the exit code is 1. SIGHUP does the same, and says so in the log.",
		Args: cobra.NoArgs,
	}, func(cmd *cobra.Command, _ []string) error {
		var done admin.Reloaded
		if err := r.Post(cmd.Context(), "reload", nil, &done); err != nil {
			return fmt.Errorf("nothing has changed: %w", err)
		}
		return r.show(cmd.OutOrStdout(), done, func(t *tabwriter.Writer) { printChanges(t, done.Changes) })
	})
}

func printChanges(t *tabwriter.Writer, changes []admin.Change) {
	if len(changes) == 0 {
		fmt.Fprintln(t, "the configuration is as it was; files with users, keys and certificates were read again")
		return
	}
	fmt.Fprintln(t, "KEY\tFROM\tTO\t")
	for _, c := range changes {
		effect := ""
		if c.Restart {
			effect = "needs a restart"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", c.Key, cmp.Or(c.From, "-"), cmp.Or(c.To, "-"), effect)
	}
}
