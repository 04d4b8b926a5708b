// Package port opens serial ports, and opens them again when they were pulled.
//
// A port is named by its path, by what udev calls it in /dev/serial/by-id, or by the USB vendor, product and serial number
// of the adapter ([Resolve]); [List] shows what is there without touching a device. [Open] opens one exclusively. [Keep]
// holds on to one for as long as the program runs.
package port
