package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"mqttsn-gateway/gateway/admin"
	"mqttsn-gateway/gateway/trace"
)

// A tap is what its command line says.
type tap struct {
	remote
	client, link, file string
	span               time.Duration
}

func tapCommand() *cobra.Command {
	var t tap
	cmd := t.command(&cobra.Command{
		Use:   "tap",
		Short: "Show the packets that pass a running gateway",
		Long: "Show the MQTT-SN packets that pass a running gateway, in words, until it is told to stop: all of them, those of one\n" +
			"device, or those on one link. With -w they go to a file that Wireshark reads; what a radio brings is a UDP datagram\n" +
			"in it, with made-up addresses. It shows what passes from now on, and costs the gateway nothing afterwards.",
		Example: "  mqttsn-gateway tap --client th1\n" +
			"  mqttsn-gateway tap --link xbee -w packets.pcapng\n" +
			"  mqttsn-gateway tap -w - | tshark -r - -d udp.port==1884,mqttsn",
		Args: cobra.NoArgs,
	}, func(cmd *cobra.Command, _ []string) error { return t.run(cmd) })
	fs := cmd.Flags()
	fs.StringVar(&t.client, "client", "", "only those of the device with the client `ID`")
	fs.StringVar(&t.link, "link", "", "only those on the link `NAME`")
	fs.StringVarP(&t.file, "write", "w", "", "write a capture to `FILE`, a pcapng file; - is standard output")
	fs.DurationVar(&t.span, "for", 0, "stop after this `TIME`, such as 30s")
	return cmd
}

// watching is said when nothing that passes is missed any more.
const watching = "watching; an interrupt ends it"

// run ends at the first signal, and has shown everything then.
func (t *tap) run(cmd *cobra.Command) error {
	ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if t.span > 0 {
		ctx, stop = context.WithTimeout(ctx, t.span)
		defer stop()
	}
	query := url.Values{}
	for name, value := range map[string]string{"client": t.client, "link": t.link} {
		if value != "" {
			query.Set(name, value)
		}
	}
	show, path := t.words, "trace/stream?"
	if t.file != "" {
		show, path = t.capture, "trace.pcapng?"
	}
	packets, err := t.Stream(ctx, path+query.Encode())
	if err == nil {
		defer packets.Close()
		fmt.Fprintln(cmd.ErrOrStderr(), watching)
		err = show(cmd, packets)
	}
	if ctx.Err() != nil && (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)) {
		return nil
	}
	return err
}

func (t *tap) capture(cmd *cobra.Command, packets io.Reader) (err error) {
	to := cmd.OutOrStdout()
	if t.file != "-" {
		f, err := os.Create(t.file)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		to = f
	}
	n, err := trace.CopyBlocks(to, packets)
	fmt.Fprintln(cmd.ErrOrStderr(), strconv.Itoa(n)+" packets")
	return err
}

// words reads server-sent events: of each, the line that begins with data: holds a packet.
func (t *tap) words(cmd *cobra.Command, packets io.Reader) error {
	lines := bufio.NewScanner(packets)
	lines.Buffer(nil, maxEvent)
	for lines.Scan() {
		data, ok := bytes.CutPrefix(lines.Bytes(), []byte("data: "))
		if !ok {
			continue
		}
		if err := t.packet(cmd.OutOrStdout(), data); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	return errors.New("the gateway has ended the stream")
}

// maxEvent is the longest line of a stream of packets, in octets: the longest datagram in words and in hexadecimal digits.
const maxEvent = 2 << 20

func (t *tap) packet(w io.Writer, data []byte) error {
	if t.json {
		_, err := fmt.Fprintf(w, "%s\n", data)
		return err
	}
	var p admin.Packet
	if err := json.Unmarshal(data, &p); err != nil {
		return fmt.Errorf("%s does not answer as a gateway does: %w", t.URL, err)
	}
	if p.Lost > 0 {
		if _, err := fmt.Fprintf(w, "... %d packets are missing here: they came too fast to be shown\n", p.Lost); err != nil {
			return err
		}
	}
	who := p.Address
	if p.Client != "" {
		who = plain(p.Client) + " " + who
	}
	_, err := fmt.Fprintf(w, "%s %-3s %s %s: %s\n", p.Time.Local().Format("15:04:05.000"), p.Direction, p.Link, who, plain(p.Text))
	return err
}
