package main

import (
	"os"

	"github.com/sirupsen/logrus"
	"github.com/spf13/cobra"

	"mqttsn-gateway/gateway"
	"mqttsn-gateway/gateway/config"
)

func runCommand(environ []string) *cobra.Command {
	var given sources
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Run the gateway until it is told to stop",
		Long: "Run the gateway until SIGINT or SIGTERM. It says goodbye to its devices then; a second signal ends it at once.\n" +
			"SIGHUP makes it read its configuration again, with the files that it names, and go on with what it finds: see\n" +
			"\"mqttsn-gateway reload\".\n\n" +
			"Flags override environment variables, which override the file. docs/configuration.md has every key.",
		Example: "  mqttsn-gateway run\n" +
			"  mqttsn-gateway run --upstream mqtt://broker.example --predefined 1=plant/th1\n" +
			"  mqttsn-gateway run -c /etc/mqttsn-gateway/gateway.yaml --log-level debug",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := given.load(environ)
			if err != nil {
				return err
			}
			log := newLog(c.Log, cmd.ErrOrStderr())
			starting(log, given.file)
			limitMemory(log)
			ctx, reload, stop := untilSignal(cmd.Context(), log, os.Exit)
			defer stop()
			return explain(gateway.Run(ctx, c, log, gateway.Options{
				Version: buildVersion().version, Reload: reload,
				Load: func() (*config.Config, error) { return config.Load(given.file, environ, given.settings) },
			}))
		},
	}
	given.flags(cmd)
	return cmd
}

func starting(log *logrus.Logger, file string) {
	entry := log.WithField(fieldVersion, buildVersion().String())
	if file == "" {
		entry.Info("starting without a configuration file")
	} else {
		entry.WithField(fieldFile, file).Info("starting")
	}
}
