package engine

import (
	"fmt"
	"slices"
	"testing"
	"time"

	v2 "mqttsn-gateway/mqttsn/v2"
	"mqttsn-gateway/mqttsn/v2/protection"
)

// FuzzProtected lets two devices send, and somebody else repeat, change and make up datagrams, while disk and gateway fail.
// Whatever happens in whichever order, each packet that a device has sealed is served once at most, nothing else ever is, and
// no value of the gateway's counter leaves it twice.
func FuzzProtected(f *testing.F) {
	f.Add([]byte{0, 0, 1, 0, 1, 1, 4, 1, 0, 1, 1, 0, 8})
	f.Add([]byte{5, 0, 1, 6, 4, 1, 0, 0, 5, 0, 0, 6, 8, 8, 7, 0, 4, 8})
	f.Add([]byte{2, 0, 33, 2, 0, 240, 3, 5, 0x14, 0xff, 0x13, 0, 0, 0, 7, 200, 0, 4, 1, 0, 1, 1, 1, 2})
	f.Add(slices.Repeat([]byte{0, 8, 1, 3}, 60))
	f.Fuzz(func(t *testing.T, script []byte) {
		v := newVault(t, th7, th8)
		devices := []*protection.Sender{device(t, th7, 0), device(t, th8, 0)}
		var sent [][]byte
		served, values := map[uint16]int{}, map[string]bool{}
		next := func() int {
			if len(script) == 0 {
				return 0
			}
			b := script[0]
			script = script[1:]
			return int(b)
		}
		hear := func(datagram []byte) {
			v.enter(v.now, &v.out)
			v.unprotect(Addr{}, datagram, func(_ Addr, packet []byte) error {
				var p v2.Pingreq
				if typ, body, err := v2.Split(packet); err != nil || typ != v2.TypePingreq || p.Parse(body) != nil {
					t.Fatalf("served % x, which nobody has sent", packet)
				}
				if served[p.PacketID]++; served[p.PacketID] > 1 {
					t.Fatalf("packet %d was served twice", p.PacketID)
				}
				return nil
			})
			v.carryOut()
		}
		for len(script) > 0 {
			switch next() % 9 {
			case 0:
				datagram, err := devices[len(sent)%2].Seal(nil, v2.Pingreq{PacketID: uint16(len(sent) + 1)}.Append(nil))
				if err != nil {
					t.Fatal(err)
				}
				sent = append(sent, datagram)
				hear(datagram)
			case 1:
				if len(sent) > 0 {
					hear(sent[next()%len(sent)])
				}
			case 2:
				if len(sent) > 0 {
					datagram := slices.Clone(sent[next()%len(sent)])
					datagram[next()%len(datagram)] ^= byte(1 + next()%255)
					hear(datagram)
				}
			case 3:
				n := min(next(), len(script))
				hear(script[:n])
				script = script[n:]
			case 4:
				v.start()
			case 5:
				v.stuck = true
			case 6:
				v.flush()
			case 7:
				v.now += time.Duration(next()) * 100 * time.Millisecond
			case 8:
				id := []v2.SenderID{th7, th8}[next()%2]
				v.enter(v.now, &v.out)
				b, ok := v.protector.seal(nil, id, v2.Pingresp{PacketID: 1}.Append)
				v.carryOut()
				if !ok {
					continue
				}
				var p v2.Protection
				if _, body, err := v2.Split(b); err != nil || p.Parse(body) != nil {
					t.Fatalf("sealed % x", b)
				}
				value := fmt.Sprint(p.SenderID, p.Counter)
				if values[value] {
					t.Fatalf("value %s of the counter was used twice", value)
				}
				values[value] = true
			}
		}
	})
}
