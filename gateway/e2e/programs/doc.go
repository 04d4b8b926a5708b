// Package programs runs programs for tests: our own commands, built on the spot, and mosquitto with its clients. A process
// has a directory of its own, ends with its test, and what it wrote is shown if that fails.
//
//	process.go     start, signal, end
//	output.go      what a process writes, line by line
//	ready.go       wait until it serves
//	ports.go       free addresses
//	main.go        what TestMain does
//	build.go       our commands, and those that are installed
//	mosquitto.go   mosquitto with its configuration
//	usage.go       the memory and the disk writes of a process
//
// Only tests import it.
package programs
