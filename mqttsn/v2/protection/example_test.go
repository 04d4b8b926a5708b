package protection_test

import (
	"fmt"

	"mqttsn-gateway/mqttsn/v2"
	"mqttsn-gateway/mqttsn/v2/protection"
)

// A device seals a packet; the gateway finds the device's key, and opens the packet once.
func Example() {
	device := v2.SenderID{0x00, 0x12, 0x4B, 0x00, 0x01, 0x02, 0x03, 0x04}
	key, err := protection.NewKey(v2.AESCCM64128, []byte("sixteen octets !"))
	if err != nil {
		return
	}

	counter := protection.NewCounter(0) // what the device has stored: nothing yet
	counter.Stored(counter.Reserve(1000))
	sender := protection.NewSender(key, device, counter)
	datagram, err := sender.Seal(nil, v2.Pingreq{PacketID: 1}.Append(nil))
	if err != nil {
		return
	}

	receivers := map[v2.SenderID]*protection.Receiver{device: {ID: device, Key: key}}
	id, err := protection.SenderOf(datagram)
	if err != nil || receivers[id] == nil {
		return
	}
	opened, err := receivers[id].Open(nil, datagram)
	fmt.Printf("% X %v\n", opened, err)
	_, err = receivers[id].Open(nil, datagram)
	fmt.Println(err)

	// Output:
	// 04 0C 00 01 <nil>
	// mqttsn 2.0: packet was replayed, or is too old
}
