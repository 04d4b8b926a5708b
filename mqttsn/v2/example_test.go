package v2_test

import (
	"errors"
	"fmt"

	"mqttsn-gateway/mqttsn/v2"
)

// Tools read and write packets as a Packet.
func ExampleParse() {
	packet, err := v2.Parse([]byte{0x09, 0x03, 0x31, 0x00, 0x07, 0x00, 0x09, 'o', 'n'})
	fmt.Println(packet, err)

	answer, err := v2.Encode(&v2.Puback{PacketID: 7, Reason: v2.UnknownTopicAlias})
	fmt.Printf("% X %v\n", answer, err)

	// Output:
	// PUBLISH topic=predefined:9 qos=1 pid=7 retain "on" <nil>
	// 05 04 00 07 F0 <nil>
}

// A server can tell the sender of a packet what was wrong with it.
func ExampleError() {
	_, err := v2.Parse([]byte{0x0A, 0x01, 0x01, 0x00, 0x01, 0x02, 0x00, 0x00, 0x00, 0x00})
	fmt.Println(err)

	var e *v2.Error
	if errors.As(err, &e) && e.Type == v2.TypeConnect {
		answer := v2.Connack{PacketID: e.PacketID, Reason: e.Reason}
		fmt.Println(answer)
	}

	// Output:
	// mqttsn 2.0: CONNECT pid=1: keep alive is 0 (protocol-error)
	// CONNACK protocol-error pid=1
}
