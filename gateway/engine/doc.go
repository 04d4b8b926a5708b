// Package engine holds all protocol state of the gateway: the sessions of devices, of ordinary MQTT clients and of our
// own connections to a broker, and the router between them.
//
// An [Engine] is driven by one goroutine. It performs no I/O, reads no clock, starts no goroutine and takes no lock. It
// is handed events together with the time, and it lists effects in an [Out], which its driver carries out and then
// resets. So the same engine runs behind real sockets and, in tests, under virtual time with simulated devices, links
// and brokers.
//
// Time is the monotonic time since the gateway started; a wall clock that jumps changes nothing here.
//
// Where to look:
//
//	engine.go        events in, dispatch            effects.go      effects out
//	device*.go       the session of an MQTT-SN device, whatever its version
//	dialect12.go     MQTT-SN 1.2: parses a device's datagrams, encodes what its session says
//	client*.go       the session of an ordinary MQTT client
//	uplink*.go       a session that we hold as the client of a broker
//	router.go        subscriptions, who gets what
//	retained.go      the last message of each topic, for those who subscribe later
//	bridge*.go       what joins the router with the upstream broker
//	records*.go      what is kept on disk; restore.go gives it back
//	stranger.go      datagrams that belong to no session: discovery, QoS -1, rate limited answers
package engine
