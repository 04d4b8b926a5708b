// Package access decides what devices may do: which may connect, and what each may publish and subscribe to.
//
// Rules are a list, and the first one that matches a device decides all of it; a device that none matches may do
// everything. Whoever serves devices asks Rules.Of once, when a device appears at an address, and then the Rights that it
// was given. Nothing here waits, logs or keeps state.
package access
