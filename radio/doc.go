// Package radio moves datagrams between the gateway and its devices. A [Link] is one network: a UDP socket, a DTLS
// listener, an XBee modem, a serial line. A link never looks inside a datagram, logs nothing and knows nothing of
// MQTT-SN.
package radio
