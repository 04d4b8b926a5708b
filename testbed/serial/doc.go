// Package serial emulates a raw serial line with a device at its far end: a pseudo-terminal for the gateway, datagrams
// for the device. The line may be noisy, and pulled out and plugged in again; the device may be switched off and replaced
// by another.
package serial
