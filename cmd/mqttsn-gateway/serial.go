package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"mqttsn-gateway/radio/port"
)

func serialCommand() *cobra.Command {
	return group("serial", "Look at the serial ports of this machine", &cobra.Command{
		Use:   "list",
		Short: "List the serial ports, with every name that the configuration takes",
		Long: "List the serial ports of this machine without opening them. Each of the names can be written as links[].port\n" +
			"and as PORT of \"xbee doctor\": the path, the name below /dev/serial/by-id, or the USB vendor, product and\n" +
			"serial number. The latter two stay when something else is plugged in.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ports, err := port.List()
			if err != nil {
				return failure{err}
			}
			return printPorts(cmd.OutOrStdout(), ports)
		},
	})
}

// printPorts writes a table, or a sentence if it would be empty.
func printPorts(w io.Writer, ports []port.Info) error {
	if len(ports) == 0 {
		_, err := fmt.Fprintln(w, "there are no serial ports")
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "PATH\tUSB\tWHAT\tBY ID")
	for _, p := range ports {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", p.Path, orDash(usbName(p)), orDash(strings.TrimSpace(p.Manufacturer+" "+p.Product)), orDash(p.ByID))
	}
	return t.Flush()
}

// usbName is the name that port.Resolve takes for a USB adapter.
func usbName(p port.Info) string {
	switch {
	case !p.USB():
		return ""
	case p.SerialNumber == "":
		return p.VID + ":" + p.PID
	}
	return p.VID + ":" + p.PID + "/" + p.SerialNumber
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// explainPort adds to an error about a serial port what to do about it, where that is known.
func explainPort(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, port.ErrInUse):
		err = fmt.Errorf("%w; stop the gateway, ModemManager or login shell that has it open", err)
	case errors.Is(err, fs.ErrPermission):
		err = fmt.Errorf("%w; the user must be in the group dialout", err)
	case errors.Is(err, fs.ErrNotExist):
		err = fmt.Errorf("%w; \"mqttsn-gateway serial list\" shows the ports that there are", err)
	}
	return failure{err}
}
