// Package radiotest holds what tests of links need: the suite that every [radio.Link] must pass ([Run]), and [Air], a
// link in memory for tests of everything above a link.
package radiotest
