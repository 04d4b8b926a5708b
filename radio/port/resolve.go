package port

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// usbName is VID:PID, and after a slash the serial number.
var usbName = regexp.MustCompile(`^(?:usb:)?([0-9a-fA-F]{4}):([0-9a-fA-F]{4})(?:/(.+))?$`)

// Resolve finds the device path that a name stands for now:
//
//	/dev/ttyUSB0         a path
//	ttyUSB0              a device
//	usb-FTDI_FT231X...   a name in /dev/serial/by-id, which stays when adapters change places
//	0403:6015            the only adapter with this USB vendor and product
//	0403:6015/DN01ABCD   the one with this serial number
//
// Errors wrap fs.ErrNotExist, or ErrAmbiguous.
func Resolve(name string) (string, error) { return system.resolve(name) }

// ErrAmbiguous says that several ports have the name.
var ErrAmbiguous = errors.New("port: several ports have this name")

func (t tree) resolve(name string) (string, error) {
	if m := usbName.FindStringSubmatch(name); m != nil {
		return t.resolveUSB(name, strings.ToLower(m[1]), strings.ToLower(m[2]), m[3])
	}
	if name == "" {
		return "", fmt.Errorf("port: no name given: %w", fs.ErrNotExist)
	}
	if strings.ContainsRune(name, filepath.Separator) {
		return name, nil
	}
	path := filepath.Join(t.dev, "serial", "by-id", name)
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	return filepath.Join(t.dev, name), nil
}

func (t tree) resolveUSB(name, vid, pid, number string) (string, error) {
	infos, err := t.list()
	if err != nil {
		return "", err
	}
	var found []string
	for _, i := range infos {
		if i.VID == vid && i.PID == pid && (number == "" || i.SerialNumber == number) {
			found = append(found, i.Path)
		}
	}
	switch len(found) {
	case 0:
		return "", fmt.Errorf("port %s: no such adapter: %w", name, fs.ErrNotExist)
	case 1:
		return found[0], nil
	default:
		return "", fmt.Errorf("%w: %s: %s", ErrAmbiguous, name, strings.Join(found, ", "))
	}
}
