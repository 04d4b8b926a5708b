package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"mqttsn-gateway/cmd/mqttsn/capture"
)

// A decode is what the command line of decode says.
type decode struct {
	file   string
	ports  []uint
	octets bool

	version    versionFlag // neither: find out
	recogniser recogniser

	w                io.Writer
	shown, malformed int
}

func decodeCommand() *cobra.Command {
	d := new(decode)
	cmd := &cobra.Command{
		Use:   "decode [HEX... | -f FILE]",
		Short: "Put packets into words",
		Long: paragraphs("Show the packets in hexadecimal digits or in a capture file. Those that are malformed are shown with the reason.",
			"All arguments together are one packet. In a FILE, or on standard input if there is none, each line is one; empty lines\n"+
				"and lines that begin with # are passed over. Digits may be separated by spaces, colons, dashes and commas.",
			"A capture is a pcap or pcapng file as tcpdump, tshark and Wireshark write it. UDP datagrams from or to the port are\n"+
				"shown with their time and addresses.",
			"It finds out which version of the protocol a packet is of, and says so if it is 2.0. Some fit both: those are taken for\n"+
				"what came before them, between the same addresses if it is a capture, else for 1.2.",
			"It exits with 1 if a packet was malformed."),
		Example: examples("mqttsn decode 0B 0C 20 00 01 00 02 32 31 2E 35",
			"mqttsn decode -f capture.pcapng",
			"tcpdump -i any -U -w - udp port 1884 | mqttsn decode"),
		RunE: func(cmd *cobra.Command, args []string) error { return d.run(cmd, args) },
	}
	f := cmd.Flags()
	f.StringVarP(&d.file, "file", "f", "", "`FILE` to read: a capture, or hexadecimal digits")
	f.UintSliceVarP(&d.ports, "port", "p", []uint{defaultPort}, "UDP `PORT` to look at in a capture; may be given again; 0: all")
	f.VarP(&d.version, "protocol-version", "V", "`VERSION` of the protocol, 1.2 or 2.0; by default what each packet looks like")
	f.BoolVarP(&d.octets, "octets", "x", false, "show the octets of every packet too")
	return cmd
}

func (d *decode) run(cmd *cobra.Command, args []string) error {
	d.w = cmd.OutOrStdout()
	var err error
	switch {
	case len(args) > 0 && d.file != "":
		return errors.New("give digits or a file, not both")
	case len(args) > 0:
		b, err := parseHex(strings.Join(args, " "))
		if err != nil {
			return err
		}
		d.show("", way{}, b)
	case d.file != "":
		err = d.openFile()
	default:
		err = d.readInput(cmd.InOrStdin())
	}
	if err != nil {
		return failure{err}
	}
	if d.malformed > 0 {
		return failure{fmt.Errorf("packets that are malformed: %d of %d", d.malformed, d.shown)}
	}
	return nil
}

func (d *decode) openFile() error {
	f, err := os.Open(d.file)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := d.readInput(f); err != nil {
		return fmt.Errorf("%s: %w", d.file, err)
	}
	return nil
}

// readInput finds out what there is to read.
func (d *decode) readInput(r io.Reader) error {
	b := bufio.NewReader(r)
	if begin, _ := b.Peek(4); capture.IsCapture(begin) {
		return d.readCapture(b)
	}
	return d.readLines(b)
}

func (d *decode) readLines(r io.Reader) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 8*maxDatagram) // digits and what separates them
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		b, err := parseHex(line)
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		d.show("", way{}, b)
	}
	return lines.Err()
}

func (d *decode) readCapture(r io.Reader) error {
	c, err := capture.NewReader(r)
	if err != nil {
		return err
	}
	for {
		datagram, err := c.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if !d.wants(datagram) {
			continue
		}
		head := fmt.Sprintf("%s %v > %v ", timeOfDay(datagram.Time), datagram.From, datagram.To)
		if datagram.Cut() {
			d.shown++
			fmt.Fprintf(d.w, "%scaptured in part: %d of %d octets [% X]\n", head, len(datagram.Data), datagram.Len, datagram.Data)
			continue
		}
		d.show(head, wayOf(datagram.From, datagram.To), datagram.Data)
	}
}

// timeOfDay is when a datagram was captured, if that is known.
func timeOfDay(t time.Time) string {
	if t.IsZero() {
		return "--:--:--.------"
	}
	return t.Local().Format("15:04:05.000000")
}

func (d *decode) wants(datagram capture.Datagram) bool {
	for _, p := range d.ports {
		if p == 0 || p == uint(datagram.From.Port()) || p == uint(datagram.To.Port()) {
			return true
		}
	}
	return false
}

// show writes a line about a datagram.
func (d *decode) show(head string, w way, datagram []byte) {
	version := d.version
	if version == 0 {
		if version = d.recogniser.version(w, datagram); version.is20() {
			head += "2.0 "
		}
	}
	words, ok := version.describe(datagram)
	d.shown++
	if !ok {
		d.malformed++
	}
	if ok && d.octets {
		words += fmt.Sprintf(" [% X]", datagram)
	}
	fmt.Fprintf(d.w, "%s%s\n", head, words)
}
