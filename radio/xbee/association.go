package xbee

import "fmt"

// association says in words why a modem has not joined: the meaning of AI (reference, section 8.5).
func association(f Family, ai uint8) string {
	texts := association802154
	if f == Zigbee {
		texts = associationZigbee
	}
	if text, ok := texts[ai]; ok {
		return text
	}
	return fmt.Sprintf("association indication 0x%02X", ai)
}

var associationZigbee = map[uint8]string{
	0x00: "it has joined",
	0x21: "it finds no network: is the coordinator on?",
	0x22: "no network in reach has the right PAN id (ID) or channel (SC)",
	0x23: "the network lets nobody join now: press the coordinator's commissioning button, or set its NJ to FF",
	0x24: "no network in reach can be joined",
	0x25: "it was in an unexpected state when it tried to join",
	0x27: "joining failed: encryption (EE) or link key (KY) differ from the coordinator's",
	0x2A: "it could not start as coordinator",
	0x2B: "it is looking for a coordinator",
	0x2C: "it could not leave its network",
	0xAB: "the device that it tried to join does not answer",
	0xAC: "the network key came unencrypted: the security settings (EE, EO) differ from the coordinator's",
	0xAD: "the network key did not come: the link key (KY) probably differs from the coordinator's",
	0xAF: "the preconfigured link key (KY) is not the coordinator's",
	0xFF: "it is still looking for a network",
}

var association802154 = map[uint8]string{
	0x00: "it has joined",
	0x01: "the scan ended without a result",
	0x02: "it finds no network",
	0x03: "the coordinator accepts nobody",
	0x04: "the coordinator does not support beacons",
	0x05: "the PAN id (ID) is not the coordinator's",
	0x06: "the channel (CH) is not the coordinator's",
	0x07: "the energy scan ended without a result",
	0x08: "it could not start as coordinator",
	0x09: "a parameter is invalid",
	0x0A: "the coordinator is realigning the network",
	0x0B: "the request to join was not sent",
	0x0C: "the request to join timed out",
	0x0D: "a parameter is invalid",
	0x0E: "the channel is busy",
	0x0F: "the coordinator does not acknowledge",
	0x10: "the coordinator acknowledges, and does not answer: does the encryption (EE, KY) match?",
	0x12: "it has lost the coordinator's beacon",
	0x13: "it was sent away by the coordinator",
	0xFF: "it is still looking for a network",
}
