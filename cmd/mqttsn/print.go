package main

import (
	"bytes"
	"io"

	"github.com/spf13/pflag"

	"mqttsn-gateway/mqttsn/client"
)

// A printer writes messages as mosquitto_sub does.
type printer struct {
	w       io.Writer
	verbose bool
	bare    bool
}

func (p *printer) flags(f *pflag.FlagSet) {
	f.BoolVarP(&p.verbose, "verbose", "v", false, "print the topic before each message")
	f.BoolVarP(&p.bare, "no-newline", "N", false, "print no end of line after a message")
}

// print writes a message, in one piece.
func (p *printer) print(m client.Message) error {
	var b bytes.Buffer
	if p.verbose {
		b.WriteString(m.Topic.String() + " ")
	}
	b.Write(m.Payload)
	if p.verbose && len(m.Payload) == 0 {
		b.WriteString("(null)")
	}
	if !p.bare {
		b.WriteByte('\n')
	}
	_, err := p.w.Write(b.Bytes())
	return err
}
