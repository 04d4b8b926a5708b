// Package sim runs the real engine in virtual time, with everything around it simulated: devices and their lossy
// links, ordinary MQTT clients, the upstream broker, the disk, crashes. One seed decides everything that happens, so
// that a failure can be looked at again, and again.
//
// A [Run] is a few thousand conversations that go wrong in every way that they do in the field, followed by a calm
// time in which everything must come right. A ledger knows each message, who was told that it is safe, and who must get
// it; watchers read every packet that enters and leaves the engine, as somebody with the specification in hand would.
// What they find wrong ends the run with a [Failure].
//
// docs/simulation.md says what is simulated, which rules are checked and what is exempt. Where to look:
//
//	plan.go       what a seed decides                    world.go      a run from its first to its last moment
//	clock.go      virtual time                           gateway.go    drives the engine; crashes, restarts
//	disk.go       what is on disk and when; platter.go   link.go       loss, bursts, doubles, delay, damage
//	device*.go    devices on the client library's core   quirks.go     devices with habits that we must bear
//	young.go      devices that speak version 2.0, in every fifth seed
//	rawdevice.go  devices that keep no rules             stranger.go   senders without a session
//	mqttclient*.go, conn.go   ordinary MQTT clients      broker*.go    the upstream broker
//	ledger.go     who must get what                      order.go      in which order
//	watch*.go     what the packets of a device must be   wills.go      which will is published when
//	invariants.go what must hold inside the engine       trace.go      the story of a run, for people
package sim
