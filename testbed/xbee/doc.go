// Package xbee emulates XBee radio modules and the air between them.
//
// An [Air] is a channel that all its stations share: packets take their time on it, get lost and are repeated as
// configured. A [Modem] is a module whose serial port is a pseudo-terminal: whoever opens that finds API mode 1 or 2,
// transparent and command mode, AT commands, statuses and modem events, at the speed of the baud rate that is set. It can
// reset, leave its network and be unplugged. A [Node] is a device with a module of its own; of that only the datagrams
// are to be seen.
//
// The package is written from the reference, and shares no code with the gateway's side of the protocol: what one of the
// two got wrong, the other must not get wrong in the same way.
package xbee
