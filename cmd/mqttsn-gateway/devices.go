package main

import (
	"cmp"
	"fmt"
	"net/url"
	"strconv"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"mqttsn-gateway/gateway/admin"
)

func devicesCommand() *cobra.Command {
	var r remote
	query := url.Values{"limit": {"500"}}
	var text, state, link string
	cmd := r.command(&cobra.Command{
		Use:   "devices",
		Short: "List the devices of a running gateway",
		Long:  "List the sessions of devices, sorted by client id.",
		Args:  cobra.NoArgs,
	}, func(cmd *cobra.Command, _ []string) error {
		query.Set("q", text)
		query.Set("state", state)
		query.Set("link", link)
		all := admin.Devices{Devices: []admin.Device{}}
		for more := true; more; {
			query.Set("offset", strconv.Itoa(len(all.Devices)))
			var page admin.Devices
			if err := r.Get(cmd.Context(), "devices?"+query.Encode(), &page); err != nil {
				return err
			}
			all.Total, all.Devices = page.Total, append(all.Devices, page.Devices...)
			more = len(page.Devices) > 0 && len(all.Devices) < all.Total
		}
		return r.show(cmd.OutOrStdout(), all, func(t *tabwriter.Writer) { printDevices(t, all.Devices) })
	})
	cmd.Flags().StringVar(&text, "search", "", "only those with `TEXT` in their client id or address")
	cmd.Flags().StringVar(&state, "state", "", "only those in `STATE`: active, awake, asleep, lost or disconnected")
	cmd.Flags().StringVar(&link, "link", "", "only those on the link `NAME`")
	return cmd
}

func printDevices(t *tabwriter.Writer, devices []admin.Device) {
	fmt.Fprintln(t, "DEVICE\tSTATE\tHEARD\tLINK\tADDRESS\tQUEUE\tUP\tDOWN\tAGAIN\tDROPPED")
	for i := range devices {
		d := &devices[i]
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%d\t%d\t%d\t%d\t%d\n", plain(d.ID), stateOf(d), ago(d.LastHeard), cmp.Or(d.Link, "-"),
			cmp.Or(d.Address, "-"), d.Queued+d.InFlight, d.Counters.PublishedUp, d.Counters.PublishedDown, d.Counters.Retransmissions, d.Counters.Dropped)
	}
}

func stateOf(d *admin.Device) string {
	switch {
	case d.Connecting:
		return "connecting"
	case d.State == "asleep":
		return "asleep until " + clock(d.SleepsUntil)
	case d.Stalled:
		return d.State + ", silent"
	}
	return d.State
}

func deviceCommand() *cobra.Command {
	var r remote
	return r.command(&cobra.Command{
		Use:   "device ID",
		Short: "Show everything about one device of a running gateway",
		Long:  "Show the session of one device: its state, topics, subscriptions, waiting messages, and what happened lately.",
		Args:  cobra.ExactArgs(1),
	}, func(cmd *cobra.Command, args []string) error {
		var d admin.DeviceDetail
		if err := r.Get(cmd.Context(), "devices/"+url.PathEscape(args[0]), &d); err != nil {
			return err
		}
		return r.show(cmd.OutOrStdout(), d, func(t *tabwriter.Writer) { printDevice(t, &d) })
	})
}

func printDevice(t *tabwriter.Writer, d *admin.DeviceDetail) {
	c := &d.Counters
	fmt.Fprintf(t, "device\t%s\n", plain(d.ID))
	fmt.Fprintf(t, "state\t%s\n", stateOf(&d.Device))
	if d.Address != "" {
		fmt.Fprintf(t, "address\t%s on %s\n", d.Address, d.Link)
	}
	if d.Identity != "" {
		fmt.Fprintf(t, "identity\t%s\n", d.Identity)
	}
	fmt.Fprintf(t, "heard\t%s, %s\n", clock(d.LastHeard), ago(d.LastHeard))
	if !d.StateEnds.IsZero() {
		fmt.Fprintf(t, "state ends\t%s, unless it is heard\n", clock(d.StateEnds))
	}
	fmt.Fprintf(t, "messages\t%d from it, %d to it, %d waiting, %d in flight\n", c.PublishedUp, c.PublishedDown, d.Queued, d.InFlight)
	fmt.Fprintf(t, "losses\t%d refused, %d dropped, %d sent again\n", c.Refused, c.Dropped, c.Retransmissions)
	if d.WillTopic != "" {
		fmt.Fprintf(t, "will\t%s\n", plain(d.WillTopic))
	}
	for _, topic := range d.TopicList {
		fmt.Fprintf(t, "topic %d\t%s\n", topic.ID, plain(topic.Name))
	}
	for _, s := range d.SubscriptionList {
		fmt.Fprintf(t, "subscription\t%s, QoS %d\n", plain(s.Filter), s.QoS)
	}
	for _, m := range d.MessageList {
		fmt.Fprintf(t, "waiting\t%s, QoS %d, %d octets\n", plain(m.Topic), m.QoS, m.Bytes)
	}
	for _, e := range d.Events {
		fmt.Fprintf(t, "%s\t%s %s\n", clock(e.Time), e.Event, plain(e.Detail))
	}
}

func kickCommand() *cobra.Command {
	var r remote
	var client bool
	cmd := r.command(&cobra.Command{
		Use:   "kick ID",
		Short: "Disconnect a device from a running gateway",
		Long: "End a device's connection as if it had been lost: its will is published, and a stored session is kept. A sleeping\n" +
			"device learns of it when it next wakes.",
		Args: cobra.ExactArgs(1),
	}, func(cmd *cobra.Command, args []string) error {
		kind := "devices/"
		if client {
			kind = "clients/"
		}
		var done admin.Done
		if err := r.Post(cmd.Context(), kind+url.PathEscape(args[0])+"/kick", nil, &done); err != nil {
			return err
		}
		return r.show(cmd.OutOrStdout(), done, func(t *tabwriter.Writer) { fmt.Fprintln(t, plain(args[0])+" is disconnected") })
	})
	cmd.Flags().BoolVar(&client, "client", false, "ID is that of an ordinary MQTT client")
	return cmd
}
