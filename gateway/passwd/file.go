package passwd

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// read reads a file. Empty lines and those that begin with # are skipped.
func read(file string) (map[string]hash, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	users := make(map[string]hash)
	number := 0
	for line := range strings.Lines(string(text)) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		name, password, _ := strings.Cut(line, ":")
		if err := checkName(name); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, number, err)
		}
		if _, twice := users[name]; twice {
			return nil, fmt.Errorf("%s:%d: user %s is there twice", file, number, name)
		}
		if users[name], err = parseHash(password); err != nil {
			return nil, fmt.Errorf("%s:%d: user %s: %w", file, number, name, err)
		}
	}
	return users, nil
}

func checkName(name string) error {
	switch {
	case name == "":
		return errors.New("a user needs a name")
	case strings.ContainsAny(name, ":\r\n\x00") || name[0] == '#' || !utf8.ValidString(name) || strings.TrimSpace(name) != name:
		return errors.New("a name is text without colons, not beginning with #")
	}
	return nil
}

// Set gives a user a password, in a file that need not exist yet.
func Set(file, name string, password []byte) error {
	if err := checkName(name); err != nil {
		return err
	}
	if len(password) == 0 {
		return errors.New("the password is empty")
	}
	return change(file, func(users map[string]hash) error {
		users[name] = newHash(password)
		return nil
	})
}

// Delete takes a user out of a file.
func Delete(file, name string) error {
	return change(file, func(users map[string]hash) error {
		if _, ok := users[name]; !ok {
			return fmt.Errorf("%s has no user %s", file, name)
		}
		delete(users, name)
		return nil
	})
}

// change writes the file anew, whole or not at all. Only its owner may read it.
func change(file string, edit func(map[string]hash) error) error {
	users, err := read(file)
	if errors.Is(err, fs.ErrNotExist) {
		users, err = make(map[string]hash), nil
	}
	if err == nil {
		err = edit(users)
	}
	if err != nil {
		return err
	}
	var text bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(users)) {
		h := users[name]
		fmt.Fprintf(&text, "%s:%s\n", name, h.String())
	}
	temp, err := os.CreateTemp(filepath.Dir(file), ".users-*") // readable by its owner alone
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) // fails when it has got its name
	_, err = temp.Write(text.Bytes())
	if err := errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return err
	}
	keepMode(temp.Name(), file)
	return os.Rename(temp.Name(), file)
}

// keepMode leaves the permissions and, where we may, the owner as they were: the gateway may run as another user than who
// changes the file.
func keepMode(temp, file string) {
	if info, err := os.Stat(file); err == nil {
		os.Chmod(temp, info.Mode().Perm()) // if this fails the file is readable for fewer, which is safe
		keepOwner(temp, info)
	}
}
