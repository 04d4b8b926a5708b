package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// Set by the linker: see the Makefile. Empty in a binary that "go build" or "go install" made.
var version, commit string

// A build is what is known of how this binary came to be.
type build struct{ version, commit string }

func (b build) String() string {
	if b.commit == "" {
		return b.version
	}
	return b.version + " (" + b.commit + ")"
}

// buildVersion is what the linker was told, or else what Go noted.
func buildVersion() build {
	if version != "" {
		return build{version, commit}
	}
	b := build{version: "unknown"}
	if info, ok := debug.ReadBuildInfo(); ok {
		b.version = info.Main.Version
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				b.commit = s.Value[:min(len(s.Value), 12)]
			}
		}
	}
	return b
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		Run: func(cmd *cobra.Command, _ []string) {
			fmt.Fprintf(cmd.OutOrStdout(), "mqttsn-gateway %s, %s %s/%s\n", buildVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
		},
	}
}
