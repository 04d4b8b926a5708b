package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"mqttsn-gateway/gateway/config"
)

func checkCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check FILE",
		Short: "Find the mistakes in a configuration file",
		Long: "Read a configuration file and say what is wrong with it, all at once: where it is, and what to write instead.\n" +
			"Environment variables are left aside. The exit code is 0 if nothing is wrong.",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New("check needs the name of one file")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, err := config.Load(args[0], nil, nil); err != nil {
				return mistake{err}
			}
			_, err := fmt.Fprintln(cmd.OutOrStdout(), args[0]+": no mistakes")
			return err
		},
	}
}

func configCommand(environ []string) *cobra.Command {
	var given sources
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Show the configuration that would be used, complete",
		Long: "Print the configuration that \"run\" with the same flags would use, as YAML: every key, whether somebody set it\n" +
			"or not. A password is not shown.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := given.load(environ)
			if err != nil {
				return err
			}
			_, err = cmd.OutOrStdout().Write(c.Redacted().YAML())
			return err
		},
	}
	given.flags(cmd)
	return cmd
}
