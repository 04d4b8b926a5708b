package port

import (
	"os"
	"path/filepath"
	"strings"
)

// Info is what is known of a port without opening it. Package serial's own list opens ports to see whether they exist,
// which for root sets the speed of a port in use.
type Info struct {
	Path string // such as /dev/ttyUSB0
	ByID string // the stable name that udev gave it, a path; may be empty

	// Of the USB device, if the port belongs to one; VID and PID are four hexadecimal digits in lower case.
	VID, PID     string
	SerialNumber string
	Manufacturer string
	Product      string
}

// USB reports whether the port belongs to a USB device.
func (i Info) USB() bool { return i.VID != "" }

// List finds the serial ports of this machine, in the order of their names.
func List() ([]Info, error) { return system.list() }

// system is where the kernel and udev show their devices.
var system = tree{sys: "/sys", dev: "/dev"}

// A tree is a pair of directories that look like /sys and /dev.
type tree struct{ sys, dev string }

func (t tree) list() ([]Info, error) {
	class := filepath.Join(t.sys, "class", "tty")
	entries, err := os.ReadDir(class)
	if err != nil {
		return nil, err
	}
	byID := t.byID()
	var infos []Info
	for _, e := range entries {
		device, err := filepath.EvalSymlinks(filepath.Join(class, e.Name(), "device"))
		if err != nil {
			continue // a console or a pseudo-terminal: nothing behind it
		}
		if attribute(filepath.Join(class, e.Name()), "type") == "0" {
			continue // a number that the 8250 driver reserves for hardware which is not there
		}
		i := Info{Path: filepath.Join(t.dev, e.Name())}
		i.ByID = byID[i.Path]
		i.describe(device)
		infos = append(infos, i)
	}
	return infos, nil
}

// byID maps a device's path to its name in /dev/serial/by-id.
func (t tree) byID() map[string]string {
	names := make(map[string]string)
	dir := filepath.Join(t.dev, "serial", "by-id")
	entries, _ := os.ReadDir(dir) // absent when no adapter is plugged in
	for _, e := range entries {
		link := filepath.Join(dir, e.Name())
		if path, err := filepath.EvalSymlinks(link); err == nil {
			names[path] = link
		}
	}
	return names
}

// describe walks up from a port's device to the USB device that it is part of, if there is one.
func (i *Info) describe(device string) {
	for dir := device; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if vid := attribute(dir, "idVendor"); vid != "" {
			i.VID = strings.ToLower(vid)
			i.PID = strings.ToLower(attribute(dir, "idProduct"))
			i.SerialNumber = attribute(dir, "serial")
			i.Manufacturer = attribute(dir, "manufacturer")
			i.Product = attribute(dir, "product")
			return
		}
	}
}

// attribute reads one value of the kernel's, empty if it is not there.
func attribute(dir, name string) string {
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}
