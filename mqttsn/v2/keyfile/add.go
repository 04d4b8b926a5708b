package keyfile

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"mqttsn-gateway/mqttsn/v2"
)

// line is a line of a file.
func line(id v2.SenderID, d Device) string {
	s := fmt.Sprintf("%v:%v:%x", id, d.Scheme, d.Secret)
	if d.Gateway != (v2.SenderID{}) {
		s += ":gateway=" + d.Gateway.String()
	}
	if d.TagLen != 0 {
		s += fmt.Sprint(":tag=", d.TagLen)
	}
	if d.Uncounted {
		s += ":uncounted"
	}
	return s
}

// New makes a random key of the scheme's length, of 32 octets if any length would do.
func New(scheme v2.Scheme) Device {
	n := scheme.KeyLen()
	if n == 0 {
		n = 32
	}
	d := Device{Scheme: scheme, Secret: make([]byte, n)}
	rand.Read(d.Secret) // never fails
	return d
}

// NewSender makes a random sender identifier.
func NewSender() (id v2.SenderID) {
	rand.Read(id[:])
	return id
}

// Add writes a device's line at the end of a file, which is made, for its owner only, if there is none. A file with
// mistakes is left as it is, and so is one that has a key for the device.
func Add(name string, id v2.SenderID, d Device) error {
	added := line(id, d)
	if _, err := Parse(strings.NewReader(added), name); err != nil {
		return err
	}
	f, err := os.OpenFile(name, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		return err
	}
	devices, err := Parse(bytes.NewReader(text), name)
	if err != nil {
		return err
	}
	if _, has := devices[id]; has {
		return fmt.Errorf("%s has a key for %v already: remove its line first", name, id)
	}
	if len(text) > 0 && text[len(text)-1] != '\n' {
		added = "\n" + added
	}
	_, err = f.WriteString(added + "\n")
	return errors.Join(err, f.Sync())
}
