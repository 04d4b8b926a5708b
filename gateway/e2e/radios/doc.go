// Package radios tests the gateway from outside over every kind of link: the real binary as a process; devices that run
// the client library over an emulated XBee network, raw serial lines, DTLS and UDP; and ordinary MQTT clients. What the
// modems and lines do, these tests decide: they pull dongles, reset modems, change addresses and keys.
//
//	go test ./gateway/e2e/radios                                 everything, in about a minute
//	go test ./gateway/e2e/radios -run TestScenarios/dtls
//	go test ./gateway/e2e/radios -run TestSoak -soak 30m         what `make soak-xbee` does
//	go test ./gateway/e2e/radios -short                          nothing: these tests start programs
//
// Where to look:
//
//	gateway_test.go     a gateway with the links that a test wants, and its log
//	app_test.go         an ordinary MQTT client
//	device_test.go      a device: the client library on a transport of the test's
//	networks_test.go    the transports; certificates_test.go what DTLS needs
//	scenarios_test.go   what every network must carry: QoS 0 to 2 both ways, sleep, wills
//	xbee_test.go, serial_test.go, dtls_test.go, udp_test.go    what is special about each
//	tools_test.go       the command line tool over serial and DTLS
//	latency_test.go     how long a small publication takes
//	soak_test.go        fifty nodes, losses, resets, unplugs, and a ledger
package radios
