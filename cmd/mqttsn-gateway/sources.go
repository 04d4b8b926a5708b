package main

import (
	"github.com/spf13/cobra"

	"mqttsn-gateway/gateway/config"
)

// sources is what the command line says about the configuration.
type sources struct {
	file     string
	settings []config.Setting
}

// flags adds the flags for the configuration to a command.
func (s *sources) flags(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.SortFlags = false
	fs.StringVarP(&s.file, "config", "c", "", "configuration `FILE`")
	_ = cmd.MarkFlagFilename("config", "yaml", "yml") // the flag is there
	for _, f := range config.Flags {
		flag := fs.VarPF(&settingFlag{f, &s.settings}, f.Name, "", f.Usage)
		if f.Value == "" {
			flag.NoOptDefVal = "true"
		}
	}
}

// load reads all sources.
func (s *sources) load(environ []string) (*config.Config, error) {
	c, err := config.Load(s.file, environ, s.settings)
	if err != nil {
		return nil, mistake{err}
	}
	return c, nil
}

// A settingFlag collects what a flag is given, in the order of the command line.
type settingFlag struct {
	config.Flag
	settings *[]config.Setting
}

func (f *settingFlag) Set(value string) error {
	s, err := f.Setting(value)
	if err == nil {
		*f.settings = append(*f.settings, s)
	}
	return err
}

// String is the default, which help would show; the defaults are the configuration's.
func (f *settingFlag) String() string { return "" }

// Type is what help calls the value.
func (f *settingFlag) Type() string {
	if f.Value == "" {
		return "bool"
	}
	return f.Value
}
