// Mqttsn-gateway joins MQTT-SN devices with MQTT: it is their broker, or stands between them and another one.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"mqttsn-gateway/cmd/internal/man"
)

// Exit codes. A signal that was not waited for gives 128 and its number, as shells have it.
const (
	exitFailed  = 1 // the gateway could not start, or had to stop
	exitMistake = 2 // a mistake on the command line or in the configuration
)

func main() {
	os.Exit(execute(os.Args[1:], os.Environ(), os.Stdout, os.Stderr))
}

// A mistake is an error that the caller of the command made.
type mistake struct{ error }

func (m mistake) Unwrap() error { return m.error }

// execute runs the command line and returns the exit code. Errors are said in sentences, each once.
func execute(args, environ []string, stdout, stderr io.Writer) int {
	cmd := rootCommand(environ)
	cmd.SetArgs(args)
	cmd.SetOut(stdout)
	cmd.SetErr(stderr)
	ran, err := cmd.ExecuteC()
	switch m := (mistake{}); {
	case err == nil:
		return 0
	case errors.As(err, &m):
		fmt.Fprintln(stderr, err)
		return exitMistake
	case errors.As(err, new(failure)):
		fmt.Fprintf(stderr, "mqttsn-gateway: %v\n", err)
		return exitFailed
	default: // cobra's own: a flag or command that there is not
		fmt.Fprintf(stderr, "mqttsn-gateway: %v; see %s --help\n", err, ran.CommandPath())
		return exitMistake
	}
}

func rootCommand(environ []string) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "mqttsn-gateway",
		Short: "Joins MQTT-SN devices with MQTT",
		Long: "mqttsn-gateway joins MQTT-SN devices with MQTT: it is their broker, or stands between them and another one.\n\n" +
			"Without a configuration, \"mqttsn-gateway run\" is a broker for MQTT-SN devices on UDP port 1884\n" +
			"and for MQTT clients on TCP port 1883 of this machine.",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	cmd.AddCommand(runCommand(environ), checkCommand(), configCommand(environ),
		statusCommand(), devicesCommand(), deviceCommand(), tapCommand(), kickCommand(), approvalsCommand(), reloadCommand(),
		passwdCommand(), keyCommand(), serialCommand(), xbeeCommand(), storeCommand(), man.Command(), versionCommand())
	return cmd
}

// group is a command that only holds others.
func group(use, short string, cmds ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use:   use,
		Short: short,
		Args:  cobra.NoArgs, // says so if a word is none of the commands
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(cmds...)
	return cmd
}
