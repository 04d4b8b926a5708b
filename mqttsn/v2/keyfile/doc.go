// Package keyfile reads files of keys for the Protection Encapsulation of MQTT-SN 2.0, and adds keys to them. A line is
// for one device: its sender identifier, the scheme, and the key in hexadecimal digits.
//
//	# the greenhouse
//	00124b0001020304:AES-CCM-64-128:00112233445566778899aabbccddeeff
//
// What may follow, each after a colon:
//
//	gateway=0200000000000001   the identifier of what the gateway sends to this device, rather than the usual one
//	tag=8                      octets of the tags that the gateway makes, for schemes that do not encrypt: 8 to 30, even
//	uncounted                  take packets without a counter, which can be replayed at will
//
// The same file will do for the tools that play the device.
package keyfile
