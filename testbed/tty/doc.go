// Package tty makes pseudo-terminals that stand for serial ports: what a host opens by its path, and what is wired to the
// far end of it. Everything passes as it is, and pulling the port kills it, as pulling a USB adapter does.
package tty
