package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"mqttsn-gateway/cmd/internal/man"
)

// Exit codes, those of mosquitto_pub and mosquitto_sub but for mistakes, which have a code of their own.
const (
	exitFailed  = 1
	exitMistake = 2  // on the command line
	exitTimeout = 27 // -W seconds have passed
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(execute(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// execute runs a command line and returns the exit code. An error is said in one sentence, once.
func execute(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := rootCommand()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(newLockedWriter(stderr))
	ran, err := root.ExecuteContextC(ctx)
	if err == nil {
		return 0
	}
	code := exitFailed
	switch {
	case errors.Is(err, errTimeUp):
		code = exitTimeout
	case !errors.As(err, new(failure)): // cobra's, or one of ours before it began
		err = fmt.Errorf("%w; see %s --help", err, ran.CommandPath())
		code = exitMistake
	}
	fmt.Fprintf(stderr, "mqttsn: %v\n", err)
	return code
}

// A failure is an error that was not the caller's mistake: the command line was well, what it asked for did not succeed.
type failure struct{ error }

func (f failure) Unwrap() error { return f.error }

// errTimeUp is how a command ends when the seconds of -W have passed.
var errTimeUp = failure{errors.New("timed out")}

// version is set by the linker: see the Makefile. It is empty in a binary that "go build" or "go install" made.
var version string

func buildVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok && version == "" {
		return info.Main.Version
	}
	return version
}

func rootCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "mqttsn",
		Short: "The device's side of MQTT-SN by hand",
		Long: paragraphs("mqttsn does by hand what a device does that speaks MQTT-SN 1.2 or 2.0: publish, subscribe, sleep.",
			"Its options are those of mosquitto_pub and mosquitto_sub, so -h is the gateway's host, and help is --help."),
		Example: examples("mqttsn pub -t plant/th1 -m 21.5 -q 1",
			"mqttsn sub -t 'plant/#' -v"),
		Version:       buildVersion(),
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	cmd.PersistentFlags().Bool("help", false, "show this help") // cobra's own would take -h
	cmd.Flags().Bool("version", false, "print the version")     // cobra's own would take -v
	cmd.AddCommand(pubCommand(), subCommand(), sleepCommand(), pingCommand(), searchCommand(), decodeCommand(), benchCommand(),
		man.Command())
	for _, c := range cmd.Commands() {
		c.Flags().SortFlags = false // they come in an order that makes sense
		c.DisableFlagsInUseLine = true
	}
	return cmd
}

// noArguments is for commands that have options only. A word too many is most often a message without quotes.
func noArguments(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%q is no option: write what has spaces in it in quotes", args[0])
	}
	return nil
}

func paragraphs(p ...string) string { return strings.Join(p, "\n\n") }

func examples(lines ...string) string { return "  " + strings.Join(lines, "\n  ") }
