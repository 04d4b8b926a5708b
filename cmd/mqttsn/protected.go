package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"mqttsn-gateway/mqttsn/client"
	v2 "mqttsn-gateway/mqttsn/v2"
	"mqttsn-gateway/mqttsn/v2/keyfile"
	"mqttsn-gateway/mqttsn/v2/protection"
)

// protected is what the command line says of the Protection Encapsulation of version 2.0: a key, and whose.
type protected struct{ file, sender string }

func (p *protected) flags(f *pflag.FlagSet) {
	f.StringVar(&p.file, "protection-key", "", "2.0: protect packets with the key in this `FILE`, made by \"mqttsn-gateway key\"")
	f.StringVar(&p.sender, "protection-sender", "", "and the sender `ID` to use, if the file has several")
}

func (p *protected) check(version versionFlag) error {
	switch {
	case p.sender != "" && p.file == "":
		return errors.New("--protection-sender needs --protection-key")
	case p.file != "" && !version.is20():
		return errors.New("only version 2.0 of the protocol protects packets: give -V 2.0")
	}
	return nil
}

// use makes a client protect its packets. Done notes how far the counter has come; the client must have been closed before.
func (p *protected) use(cfg *client.Config) (done func(), err error) {
	if p.file == "" {
		return func() {}, nil
	}
	id, d, err := p.key()
	if err != nil {
		return nil, failure{err}
	}
	key, err := protection.NewKey(d.Scheme, d.Secret)
	if err != nil {
		return nil, failure{err}
	}
	kept, err := openCounter(p.file + "." + id.String())
	if err != nil {
		return nil, failure{err}
	}
	cfg.V2.Sender = protection.NewSender(key, id, kept.counter)
	cfg.V2.Receiver = &protection.Receiver{ID: d.GatewayOf(id), Key: key}
	return kept.close, nil
}

// key finds the device's line in the file.
func (p *protected) key() (v2.SenderID, keyfile.Device, error) {
	devices, err := keyfile.Load(p.file)
	if err != nil {
		return v2.SenderID{}, keyfile.Device{}, err
	}
	if p.sender == "" {
		if len(devices) != 1 {
			return v2.SenderID{}, keyfile.Device{}, fmt.Errorf("%s has %d keys: say whose with --protection-sender", p.file, len(devices))
		}
		id := slices.Collect(maps.Keys(devices))[0]
		return id, devices[id], nil
	}
	id, ok := v2.ParseSenderID(p.sender)
	d, has := devices[id]
	if !ok || !has {
		return id, d, fmt.Errorf("%s has no key for %s", p.file, p.sender)
	}
	return id, d, nil
}

// A keptCounter is a counter whose values are never given twice, whatever becomes of the process: those that it may give
// are noted in a file before. Only one process at a time can send in one name.
type keptCounter struct {
	counter *protection.Counter
	file    *os.File
	limit   uint64
}

// countersAtOnce is how many packets one run can send.
const countersAtOnce = 100_000

func openCounter(name string) (*keptCounter, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lock(f); err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: another process sends with this key: %w", name, err)
	}
	text, err := io.ReadAll(f)
	var stored uint64
	if s := strings.TrimSpace(string(text)); err == nil && s != "" {
		stored, err = strconv.ParseUint(s, 10, 64)
	}
	k := &keptCounter{counter: protection.NewCounter(stored), file: f}
	if err == nil {
		k.limit = k.counter.Reserve(countersAtOnce)
		err = k.write(k.limit)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	k.counter.Stored(k.limit)
	return k, nil
}

func (k *keptCounter) write(value uint64) error {
	_, err := k.file.WriteAt(fmt.Appendf(nil, "%10d\n", value), 0) // always as long, so that nothing else is left
	return errors.Join(err, k.file.Sync())
}

// close gives back the values that were not used. If that fails, they are lost and nothing else.
func (k *keptCounter) close() {
	k.write(k.limit - uint64(k.counter.Left()))
	k.file.Close()
}
