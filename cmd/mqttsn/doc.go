// Mqttsn is the device's side of MQTT-SN by hand: publish, subscribe, ping, search, sleep, and read what others say.
//
// Its options are those of mosquitto_pub and mosquitto_sub where these have them. docs/tools.md shows it at work.
//
// main.go has what all commands share, and each command a file of its own. They reach their gateway through a wire
// (wire.go), which shows every packet when asked to, and knows at once when nobody listens at the other end.
package main
