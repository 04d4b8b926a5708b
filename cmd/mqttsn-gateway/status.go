package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"mqttsn-gateway/gateway/admin"
)

// A status is what the command of that name shows.
type status struct {
	Gateway  admin.Gateway  `json:"gateway"`
	Links    []admin.Link   `json:"links"`
	Upstream admin.Upstream `json:"upstream"`
}

func statusCommand() *cobra.Command {
	var r remote
	return r.command(&cobra.Command{
		Use:   "status",
		Short: "Show how a running gateway is",
		Long:  "Show how a running gateway is: its devices, links, messages, and the upstream broker.",
		Args:  cobra.NoArgs,
	}, func(cmd *cobra.Command, _ []string) error {
		var s status
		var links admin.Links
		for path, v := range map[string]any{"gateway": &s.Gateway, "links": &links, "upstream": &s.Upstream} {
			if err := r.Get(cmd.Context(), path, v); err != nil {
				return err
			}
		}
		s.Links = links.Links
		return r.show(cmd.OutOrStdout(), s, s.print)
	})
}

func (s *status) print(t *tabwriter.Writer) {
	g, c := &s.Gateway, s.Gateway.Counters
	ready := "ready"
	if !g.Ready.OK {
		ready = "not ready: " + strings.Join(g.Ready.Reasons, "; ")
	}
	fmt.Fprintf(t, "%s\t%s, gateway id %d, %s, up since %s\n", g.Name, g.Mode, g.ID, ready, clock(g.Started))
	fmt.Fprintf(t, "devices\t%d active, %d awake, %d asleep, %d lost, %d disconnected\n",
		g.Devices["active"], g.Devices["awake"], g.Devices["asleep"], g.Devices["lost"], g.Devices["disconnected"])
	fmt.Fprintf(t, "clients\t%d\n", g.Clients)
	fmt.Fprintf(t, "messages\t%d from devices, %d to devices, %d waiting, %d in flight\n",
		c["published_up"], c["published_down"], g.Queued, g.InFlight)
	fmt.Fprintf(t, "losses\t%d refused, %d dropped, %d sent again\n", c["publications_refused"], c["dropped"], c["retransmissions"])
	for _, l := range s.Links {
		state := "up"
		if !l.Up {
			state = "down since " + clock(l.DownSince)
		}
		if l.Problem != "" {
			state += " (" + l.Problem + ")"
		}
		fmt.Fprintf(t, "link %s\t%s, %s, %d devices, %d datagrams in, %d out, %d malformed, %d undelivered\n",
			l.Name, l.Type, state, l.Devices, l.Received, l.Sent, l.Dropped, l.Undelivered)
		if l.Modem != "" {
			fmt.Fprintf(t, "\t%s\n", l.Modem)
		}
	}
	switch u := &s.Upstream; {
	case u.Bridge != nil:
		fmt.Fprintf(t, "upstream\t%s, %s, spool of %d messages, %d forwarded, %d too old\n",
			u.URL, u.Bridge.State, u.Bridge.SpoolMessages, c["forwarded"], c["spool_aged"])
	case u.URL != "":
		fmt.Fprintf(t, "upstream\t%s, %d of %d connected, %d failing\n", u.URL, u.Ready, u.Sessions, u.Failing)
	}
}
