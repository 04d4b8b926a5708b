package dtls

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// Keys are pre-shared keys by the identity that a device gives.
type Keys map[string][]byte

// A key has 16 to 64 octets, an identity 1 to 128: what RFC 4279, 5.3, asks every implementation to support, and no key
// short enough to guess.
const (
	minKey      = 16
	maxKey      = 64
	maxIdentity = 128
)

// LoadKeys reads a file of keys.
func LoadKeys(name string) (Keys, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ParseKeys(f, name)
}

// ParseKeys reads keys, one a line, as an identity, a colon and the key in hexadecimal digits:
//
//	# the greenhouse
//	th7:00112233445566778899aabbccddeeff
//
// Empty lines and those that begin with # are passed over. Errors tell name and line, all of them at once; they never
// show a key.
func ParseKeys(r io.Reader, name string) (Keys, error) {
	keys := make(Keys)
	var errs []error
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if err := keys.add(line); err != nil {
			errs = append(errs, fmt.Errorf("%s:%d: %w", name, n, err))
		}
	}
	if err := lines.Err(); err != nil {
		errs = append(errs, fmt.Errorf("%s: %w", name, err))
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return keys, nil
}

func (k Keys) add(line string) error {
	colon := strings.LastIndexByte(line, ':') // an identity may contain colons
	if colon < 0 {
		return errors.New("not of the form identity:key")
	}
	identity := line[:colon]
	key, err := hex.DecodeString(line[colon+1:])
	if err != nil {
		return fmt.Errorf("key of %q is not hexadecimal", identity)
	}
	if _, has := k[identity]; has {
		return fmt.Errorf("a second key for %q", identity)
	}
	if err := checkKey(identity, key); err != nil {
		return err
	}
	k[identity] = key
	return nil
}

func checkKey(identity string, key []byte) error {
	if len(identity) < 1 || len(identity) > maxIdentity {
		return fmt.Errorf("identity of %d octets is not of 1 to %d", len(identity), maxIdentity)
	}
	if len(key) < minKey || len(key) > maxKey {
		return fmt.Errorf("key of %q has %d octets, not %d to %d", identity, len(key), minKey, maxKey)
	}
	return nil
}
