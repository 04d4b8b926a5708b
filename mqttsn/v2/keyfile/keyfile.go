package keyfile

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"mqttsn-gateway/mqttsn/v2"
	"mqttsn-gateway/mqttsn/v2/protection"
)

// A Device is what protects the packets of one device, in both directions.
type Device struct {
	Scheme    v2.Scheme
	Secret    []byte
	Gateway   v2.SenderID // of what the gateway sends to it; zero: the usual one
	TagLen    int         // octets of the gateway's tags; 0: as long as the scheme makes them
	Uncounted bool        // its packets may lack a counter
}

// Devices are those of a file, by sender identifier.
type Devices map[v2.SenderID]Device

// A key that can be of any length has 16 to 64 octets: none is short enough to guess.
const (
	minSecret = 16
	maxSecret = 64
)

// Load reads a file.
func Load(name string) (Devices, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return Parse(f, name)
}

// Parse reads lines. Empty ones and those that begin with # are passed over. Errors tell name and line, all of them at
// once; they never show a key.
func Parse(r io.Reader, name string) (Devices, error) {
	devices := make(Devices)
	numbers := make(map[v2.SenderID]int) // of lines
	var errs []error
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		id, d, err := parseLine(line)
		if _, has := devices[id]; err == nil && has {
			err = fmt.Errorf("a second key for %v: remove one of them", id)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s:%d: %w", name, n, err))
			continue
		}
		devices[id], numbers[id] = d, n
	}
	for _, id := range slices.SortedFunc(maps.Keys(numbers), func(a, b v2.SenderID) int { return numbers[a] - numbers[b] }) {
		d, n := devices[id], numbers[id]
		if other := d.GatewayOf(id); numbers[other] > 0 {
			errs = append(errs, fmt.Errorf("%s:%d: gateway and another device would both be %v: give this line a gateway= of its own", name, n, other))
		}
	}
	if err := lines.Err(); err != nil {
		errs = append(errs, fmt.Errorf("%s: %w", name, err))
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return devices, nil
}

func parseLine(line string) (id v2.SenderID, d Device, err error) {
	parts := strings.Split(line, ":")
	if len(parts) < 3 {
		return id, d, errors.New("not of the form sender:scheme:key")
	}
	if id, err = parseSender(parts[0]); err != nil {
		return id, d, err
	}
	var ok bool
	if d.Scheme, ok = v2.ParseScheme(parts[1]); !ok {
		return id, d, fmt.Errorf("%q is not a scheme: write one of %s", parts[1], strings.Join(Schemes(), ", "))
	}
	if d.Secret, err = hex.DecodeString(parts[2]); err != nil {
		return id, d, fmt.Errorf("key of %v is not hexadecimal", id)
	}
	for _, option := range parts[3:] {
		if err := d.set(option); err != nil {
			return id, d, err
		}
	}
	return id, d, d.check(id)
}

// parseSender refuses zeros, which mean no sender.
func parseSender(s string) (v2.SenderID, error) {
	id, ok := v2.ParseSenderID(s)
	if !ok || id == (v2.SenderID{}) {
		return id, fmt.Errorf("%q is not a sender identifier: write 16 hexadecimal digits, not all of them 0", s)
	}
	return id, nil
}

func (d *Device) set(option string) (err error) {
	name, value, _ := strings.Cut(option, "=")
	switch {
	case name == "gateway":
		d.Gateway, err = parseSender(value)
	case name == "tag":
		if d.TagLen, err = strconv.Atoi(value); err != nil || d.TagLen <= 0 {
			err = fmt.Errorf("%q is not a number of octets", value)
		}
	case option == "uncounted":
		d.Uncounted = true
	default:
		err = fmt.Errorf("%q is not known: write gateway=, tag= or uncounted", option)
	}
	return err
}

func (d *Device) check(id v2.SenderID) error {
	want := d.Scheme.KeyLen()
	switch n := len(d.Secret); {
	case want > 0 && n != want:
		return fmt.Errorf("key of %v has %d octets: %v wants %d", id, n, d.Scheme, want)
	case want == 0 && (n < minSecret || n > maxSecret):
		return fmt.Errorf("key of %v has %d octets: %v wants %d to %d", id, n, d.Scheme, minSecret, maxSecret)
	}
	if !d.Scheme.AllowsTag(d.TagLen) {
		return fmt.Errorf("a tag of %d octets is not one that %v has", d.TagLen, d.Scheme)
	}
	if d.GatewayOf(id) == id {
		return fmt.Errorf("gateway and device cannot both be %v", id)
	}
	return nil
}

// GatewayOf is the sender identifier of what a gateway sends to the device with this one.
func (d *Device) GatewayOf(id v2.SenderID) v2.SenderID {
	if d.Gateway != (v2.SenderID{}) {
		return d.Gateway
	}
	return protection.GatewayID(id)
}

// Schemes are the names of all that can stand in a file.
func Schemes() (names []string) {
	for i := range 256 {
		if s := v2.Scheme(i); s.Supported() {
			names = append(names, s.String())
		}
	}
	return names
}
