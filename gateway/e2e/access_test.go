package e2e

import "testing"

// TestAccess: the rules of the configuration reach the devices.
func TestAccess(t *testing.T) {
	t.Parallel()
	g := startBuiltin(t, gatewayOptions{env: []string{
		`MQTTSN_GATEWAY_ACCESS=[{clients: ["pump*"], allow: false}, {links: [udp], publish: [xy], subscribe: [cmd/+]}]`,
	}})
	play(g, newDevice(t, g.udp), `
		C 0B 04 04 01 01 2C "pump7"
		G 03 05 03
	`+stranger)
	play(g, newDevice(t, g.udp), connect+`
		C 08 0C 22 "ab" 00 01 "1"
		G 07 0D "ab" 00 01 03
		C 08 0C 22 "xy" 00 02 "1"
		G 07 0D "xy" 00 02 00
		C 06 12 20 00 03 "#"
		G 08 13 00 00 00 00 03 03
		C 0A 12 20 00 04 "cmd/+"
		G 08 13 20 00 00 00 04 00
	`+alive)
}
