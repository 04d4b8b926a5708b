// Package cloud tests the way to an upstream broker from outside: the real binary as a process, a mosquitto that asks for
// what cloud brokers ask for (TLS, a client certificate, a password, WebSocket), and a device that runs the client
// library. A device is let in when the way is open; when it is not, the gateway's log must say why, and what to do.
//
//	certificates_test.go   an authority, and what it issues
//	broker_test.go         mosquitto behind TLS, and a front that looks at the handshake
//	gateway_test.go        a gateway for an upstream broker, and a device
//	reach_test.go          ways that are open
//	refuse_test.go         ways that are not
//	login_test.go          a login of each device's own
//	properties_test.go     what the broker learns of devices
//	fallback_test.go       several addresses
//	version_test.go        a broker of MQTT 3.1.1
//	renew_test.go          certificates that are renewed while the gateway runs
package cloud
