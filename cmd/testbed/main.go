package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

// Exit codes.
const (
	exitFailed  = 1
	exitMistake = 2 // on the command line
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(execute(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// execute runs a command line and returns the exit code. An error is said in one sentence, once.
func execute(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := rootCommand()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	ran, err := root.ExecuteContextC(ctx)
	switch {
	case err == nil:
		return 0
	case errors.As(err, new(failure)):
		fmt.Fprintf(stderr, "testbed: %s\n", strings.TrimPrefix(err.Error(), "testbed: "))
		return exitFailed
	}
	fmt.Fprintf(stderr, "testbed: %v; see %s --help\n", err, ran.CommandPath())
	return exitMistake
}

// A failure is an error that was not the caller's mistake.
type failure struct{ error }

func (f failure) Unwrap() error { return f.error }

func rootCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "testbed",
		Short: "Try an MQTT-SN gateway without hardware",
		Long: "testbed tries an MQTT-SN gateway without hardware: with simulated sensors, over a network as bad as you like.\n\n" +
			"Everything random comes from --seed: what the sensors measure, when they begin, which datagrams are lost.",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	cmd.AddCommand(demoCommand(), xbeeCommand(), fleetCommand(), lossyCommand())
	for _, c := range cmd.Commands() {
		c.Args = noArguments
		c.Flags().SortFlags = false // they come in an order that makes sense
		c.DisableFlagsInUseLine = true
	}
	return cmd
}

func noArguments(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%q is no option", args[0])
	}
	return nil
}

func examples(lines ...string) string { return "  " + strings.Join(lines, "\n  ") }
