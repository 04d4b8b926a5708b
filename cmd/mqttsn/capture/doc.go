// Package capture reads UDP datagrams from the files that tcpdump, tshark and Wireshark write: pcap, and pcapng in the
// parts that carry packets. It knows the networks on which MQTT-SN is met over IP: Ethernet with VLAN tags, Linux's
// "any" device in both versions, loopback, and bare IP.
//
//	r, err := capture.NewReader(file)
//	…
//	for {
//		d, err := r.Next()
//		if err == io.EOF {
//			break
//		}
//		…
//	}
//
// What is neither UDP nor over IP is passed over. IP fragments are not put together again: the first one gives a
// datagram that is marked as cut, the others give nothing.
//
// The formats are described by draft-ietf-opsawg-pcap and draft-ietf-opsawg-pcapng, the link types by
// https://www.tcpdump.org/linktypes.html.
package capture
