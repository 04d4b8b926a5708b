// Package radio moves datagrams between the gateway and its devices. A [Link] is one network: a UDP socket, a DTLS
// listener, an XBee modem, a serial line. A link never looks inside a datagram, logs nothing and knows nothing of
// MQTT-SN.
//
// The UDP link lives here ([ListenUDP]); the others have packages of their own below. Package radiotest holds the suite
// that every link must pass, and a link in memory for tests of everything above.
package radio
