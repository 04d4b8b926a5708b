// Testbed tries a gateway without hardware: simulated sensors, a bad network, and a demonstration of it all.
//
// docs/tools.md shows it at work. The sensors and the network are package testbed; here are the command lines, what they
// print, and the demonstration, which runs the gateway as a process and watches it with an MQTT client that is not ours.
package main
