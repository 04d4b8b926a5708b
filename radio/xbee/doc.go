// Package xbee is a [radio.Link] over an XBee radio modem at a serial port: 802.15.4, Zigbee and DigiMesh modules in API
// mode 1 or 2.
//
// [Open] returns at once and keeps the link alive until Close: it opens the port, asks the modem what it is and how it
// is configured, waits until the modem has joined its network, and reports LinkUp. When the dongle is pulled, the modem
// resets or leaves its network, it reports LinkDown with the reason in a sentence, and starts over.
//
// A node is known by the 64-bit address that it was made with. Its 16-bit address changes when it joins again and is
// only a hint for the modem; only where there is no other (802.15.4 with short addresses) do PAN id and 16-bit address
// together stand for the node.
//
// Datagrams wait in one queue for each node. At most one per node is with the modem, so that nothing overtakes, and as
// many nodes are served at once as the modem can hold; a dead node, for which the modem may search five seconds, does
// not hold up the others.
package xbee
