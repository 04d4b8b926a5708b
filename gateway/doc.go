// Package gateway runs a gateway: it opens links and listeners, feeds what they receive to the engine, and carries out
// what the engine wants done.
//
//	gateway.go    Run: opens everything, starts the goroutines, ends them in order
//	loop.go       the one goroutine that drives the engine
//	effects.go    carries out what the engine lists
//	links.go      the links' readers
//	linkkinds.go  opens each kind of link
//	committer.go  writes the engine's records
//	recover.go    reads them back
//	conns.go      MQTT connections: accepted, dialled, read
//	protection.go   keys of protected devices
//	settings.go   from the configuration to the engine's terms
//	notes.go      from the engine's notes to the log
//	admin.go      the admin page's port
package gateway
