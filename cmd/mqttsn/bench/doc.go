// Package bench loads an MQTT-SN gateway with simulated devices, and measures what it does with them.
//
//	config.go        what to do: scenario, numbers, limits
//	run.go           sets the scene, plays the scenario, reports
//	scenarios.go     connect, wake, idle, asleep
//	traffic.go       up and down: messages at a rate, or as fast as they arrive
//	clients.go       the same for ordinary clients of a broker
//	fleet.go         all devices, in one goroutine: what they say, hear and repeat
//	device.go        one device's side of the protocol
//	round.go         every device asks something once
//	air.go           datagrams of very many devices, through one socket or through one each
//	peer.go          the ordinary MQTT client at the other end
//	payload.go       what a message carries: who it is, and when it was due
//	arrivals.go      which messages have arrived, how late, how often
//	process.go       CPU time and memory of the gateway's process
//	floor.go         the least that any gateway does, to compare with
//	report.go        the figures, for people and as JSON
//
// A device's session lives in the gateway, so a device here is little: a number, and the one question that it waits to have
// answered. All that is timed is timed by the clock of this process.
package bench
