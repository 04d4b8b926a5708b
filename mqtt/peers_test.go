package mqtt

import (
	"bytes"
	"fmt"
	"testing"

	packets5 "github.com/eclipse/paho.golang/packets"
	packets3 "github.com/eclipse/paho.mqtt.golang/packets"
	"github.com/stretchr/testify/require"
)

// The libraries of Eclipse Paho are independent readers of the same specifications: what we write must mean the same to
// them, which shows in what they write of it.

func TestPeersUnderstand(t *testing.T) {
	for _, tt := range vectors {
		t.Run(tt.name, func(t *testing.T) {
			if fault, ok := peerFaults[tt.name]; ok {
				t.Skip(fault)
			}
			theirs, err := throughPeer(tt.v, unhex(tt.hex))
			require.NoError(t, err)
			p, err := decode(tt.v, tt.from, theirs)
			require.NoError(t, err, "% x", theirs)
			require.Equal(t, tt.packet, p)
		})
	}
}

// The libraries accept most of what must be refused, which is why the codec is ours. The day this fails, look again at
// docs/adr/0002-mqtt-codec.md.
func TestPeersAreLenient(t *testing.T) {
	accepted := 0
	for _, tt := range malformed {
		if _, err := throughPeer(tt.v, unhex(tt.hex)); err == nil {
			accepted++
			t.Logf("accepted: %s", tt.name)
		}
	}
	require.Greater(t, accepted, len(malformed)/2)
}

// peerFaults are vectors that a library does not understand, and why.
var peerFaults = map[string]string{
	"connect 5, all": "paho.golang does not write the properties of a will but its delay and user properties",
	"publish 5, all": "paho.golang keeps one subscription identifier, and drops empty correlation data",
	"disconnect 5":   "paho.golang refuses DISCONNECT without a reason code, which 3.14.2.1 allows",
}

// throughPeer has the library for that version read a packet and write it again. Its panics are errors.
func throughPeer(v Version, octets []byte) (again []byte, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	var out bytes.Buffer
	if v == V5 {
		p, err := packets5.ReadPacket(bytes.NewReader(octets))
		if err != nil {
			return nil, err
		}
		_, err = p.WriteTo(&out)
		return out.Bytes(), err
	}
	p, err := packets3.ReadPacket(bytes.NewReader(octets))
	if err != nil {
		return nil, err
	}
	err = p.Write(&out)
	return out.Bytes(), err
}
