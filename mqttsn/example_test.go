package mqttsn_test

import (
	"fmt"

	"mqttsn-gateway/mqttsn"
)

// Tools read and write packets as a Packet.
func ExampleParse() {
	packet, err := mqttsn.Parse([]byte{0x0B, 0x0C, 0x20, 0x00, 0x01, 0x00, 0x02, '2', '1', '.', '5'})
	fmt.Println(packet, err)

	answer, err := mqttsn.Encode(&mqttsn.Puback{TopicID: 1, MsgID: 2, ReturnCode: mqttsn.InvalidTopicID})
	fmt.Printf("% X %v\n", answer, err)

	// Output:
	// PUBLISH topic=normal:1 qos=1 msgid=2 "21.5" <nil>
	// 07 0D 00 01 00 02 02 <nil>
}

// A gateway takes a datagram apart without allocation, also one that came through a forwarder.
func ExampleSplit() {
	datagram := []byte{0x04, 0xFE, 0x00, 0x13, 0x0B, 0x0C, 0x20, 0x00, 0x01, 0x00, 0x02, '2', '1', '.', '5'}
	typ, body, err := mqttsn.Split(datagram)
	var node []byte
	if err == nil && typ == mqttsn.TypeForward {
		var inner []byte
		if node, _, inner, err = mqttsn.SplitForward(datagram); err == nil {
			typ, body, err = mqttsn.Split(inner)
		}
	}
	if err != nil || typ != mqttsn.TypePublish {
		return
	}
	var p mqttsn.Publish
	if err := p.Parse(body); err != nil {
		return
	}
	fmt.Printf("node %X: topic %d, QoS %d: %s\n", node, p.TopicID, p.Flags.QoS(), p.Data)

	// Output: node 13: topic 1, QoS 1: 21.5
}
