package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"mqttsn-gateway/gateway/admin"
)

func approvalsCommand() *cobra.Command {
	return group("approvals", "Let devices in that wait for it", listApprovalsCommand(),
		approvalCommand("approve", "Let a device in", "Let a device in: it connects when it next tries. One that has not tried yet needs --link."),
		approvalCommand("dismiss", "Take an approval back, or a device off the list", "Take an approval back, and disconnect the device; or take a device off the list that has none."))
}

func listApprovalsCommand() *cobra.Command {
	var r remote
	return r.command(&cobra.Command{
		Use:   "list",
		Short: "List who waits, and who is approved",
		Long:  "List the devices that wait for approval, because a rule of access wants it, and those that have it.",
		Args:  cobra.NoArgs,
	}, func(cmd *cobra.Command, _ []string) error {
		var list admin.Approvals
		if err := r.Get(cmd.Context(), "approvals", &list); err != nil {
			return err
		}
		return r.show(cmd.OutOrStdout(), list, func(t *tabwriter.Writer) { printApprovals(t, &list) })
	})
}

func printApprovals(t *tabwriter.Writer, list *admin.Approvals) {
	fmt.Fprintln(t, "DEVICE\tSTATE\tLINK\tIDENTITY\tADDRESS\tFIRST\tLAST\tATTEMPTS")
	for _, w := range list.Waiting {
		fmt.Fprintf(t, "%s\twaiting\t%s\t%s\t%s\t%s\t%s\t%d\n", plain(w.Client), w.Link, cmp.Or(plain(w.Identity), "-"), w.Address, ago(w.First), ago(w.Last), w.Attempts)
	}
	for _, a := range list.Approved {
		fmt.Fprintf(t, "%s\tapproved\t%s\t%s\t-\t-\t-\t-\n", plain(a.Client), a.Link, cmp.Or(plain(a.Identity), "-"))
	}
}

// approvalCommand makes one of the commands about a single device.
func approvalCommand(name, short, long string) *cobra.Command {
	var r remote
	var link, identity string
	cmd := r.command(&cobra.Command{
		Use: name + " ID", Short: short, Long: long, Args: cobra.ExactArgs(1),
	}, func(cmd *cobra.Command, args []string) error {
		device := admin.Applicant{Client: args[0], Link: link, Identity: identity}
		if link == "" {
			var list admin.Approvals
			if err := r.Get(cmd.Context(), "approvals", &list); err != nil {
				return err
			}
			var err error
			if device, err = named(&list, args[0]); err != nil {
				return err
			}
		}
		var done admin.Done
		if err := r.Post(cmd.Context(), "approvals/"+name, device, &done); err != nil {
			return err
		}
		return r.show(cmd.OutOrStdout(), done, func(t *tabwriter.Writer) {
			fmt.Fprintf(t, "%s on %s: done\n", plain(device.Client), device.Link)
		})
	})
	cmd.Flags().StringVar(&link, "link", "", "`NAME` of the link that the device comes from; needed where the list does not say it")
	cmd.Flags().StringVar(&identity, "identity", "", "what the link proves of it, with --link")
	return cmd
}

var (
	errUnlisted  = errors.New("no such device is on the list: name its link with --link")
	errAmbiguous = errors.New("there are several of that name: choose one with --link, and --identity")
)

// named finds the device of a client id on the list.
func named(list *admin.Approvals, id string) (admin.Applicant, error) {
	found := slices.DeleteFunc(slices.Clone(list.Approved), func(a admin.Applicant) bool { return a.Client != id })
	for _, w := range list.Waiting {
		if w.Client == id {
			found = append(found, w.Applicant)
		}
	}
	switch len(found) {
	case 0:
		return admin.Applicant{}, errUnlisted
	case 1:
		return found[0], nil
	}
	return admin.Applicant{}, errAmbiguous
}
