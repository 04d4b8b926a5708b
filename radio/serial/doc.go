// Package serial moves datagrams over a raw serial line, for home-made radios and for boards on a cable. [Framing] puts a
// datagram between delimiters and protects it by a CRC; [Listen] opens the gateway's end as a [radio.Link], which comes
// back by itself when the port was pulled; [Dial] opens a device's end.
//
// A line has one peer.
package serial
