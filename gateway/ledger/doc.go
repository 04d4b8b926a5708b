// Package ledger keeps the gateway's promises honest, from outside: real gateways and brokers as processes, hundreds of
// simulated devices over UDP, ordinary MQTT clients with sessions that last, mixed load in both directions, and
// everything that can be taken away is taken away meanwhile, at random moments: the gateway's process, the broker, the
// disk.
//
// What the others say of themselves is of no account. A [Ledger] writes down who published what, which acknowledgement
// the publisher got, who was entitled to it, and what arrived where, how often and in which order. Its [Verdict] then
// names every acknowledged message that did not arrive, every QoS 2 message that arrived twice, whatever arrived out of
// order, the wills of living devices, and those of silent ones that are missing or came twice.
//
//	go test ./gateway/ledger                              everything, in a short form
//	go test ./gateway/ledger -run TestCrash -kills 50     the form of `make soak-crash`
//	go test ./gateway/ledger -short                       the ledger itself: nothing that starts programs
//
// Where to look:
//
//	ledger.go, verdict.go   the books, and what they say
//	device_test.go          a simulated device, awake or asleep, on package mqttsn/client
//	client_test.go          an ordinary MQTT client whose session outlives its connections
//	fleet_test.go           all of them, and their load
//	world_test.go           the processes: a gateway in one of its modes, and mosquitto where the mode has one
//	tap_test.go             listens to what gateway and broker say to each other
//	trace_test.go           the last packets of everyone, shown of those whom a fault concerns
//	crash_test.go           kill -9, and SIGTERM
//	outage_test.go          the broker stops, with and without persistence
//	disk_test.go            the disk is full, or takes nothing
//	broker_test.go          very many ordinary clients beside very many devices
//	figures_test.go         recovery time, octets written for each message
package ledger
