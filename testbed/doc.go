// Package testbed holds what a gateway is tried with when there is no hardware at hand: a [Fleet] of simulated sensors
// and a [Lossy] network between them and their gateway. Package testbed/xbee adds radio modems.
//
// Everything random comes from a seed, so that a run can be repeated: what the sensors measure, when they begin, and
// what becomes of each datagram in the order of their arrival. What the gateway and the operating system do remains
// theirs.
//
// The sensors are built on mqttsn/client and share no code with the gateway: a device that did would repeat its mistakes
// and call them correct.
package testbed
