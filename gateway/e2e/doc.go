// Package e2e tests the gateway from outside: the real binary as a process, mosquitto and its clients as processes, and
// devices that write MQTT-SN by hand. It knows the gateway by its command line and its sockets only.
//
//	go test ./gateway/e2e                      everything
//	go test ./gateway/e2e -run TestConversations/sleep
//	go test ./gateway/e2e -short               nothing: these tests start programs
//
// Every process runs on free ports of the loopback interface, in a directory of its own, and ends with its test. When a
// test fails, it shows what its processes wrote: package programs beside this one sees to that.
//
// # How to add a test
//
//   - A conversation between device and gateway is a row of conversations_test.go: octets that the device sends, octets
//     that it wants, and what ordinary MQTT clients do meanwhile. script_test.go explains the notation.
//   - A message from end to end is a row of messages_test.go, which runs in every northbound mode.
//   - Anything else starts what it needs with startBuiltin, startTransparent, startMosquitto, subscribe, newDevice,
//     and waits with deadlines, never by sleeping.
//
// The device of device_test.go shares no code with package mqttsn, so that a misreading there is not repeated here.
package e2e
