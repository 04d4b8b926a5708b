package client

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	v2 "mqttsn-gateway/mqttsn/v2"
	"mqttsn-gateway/mqttsn/v2/protection"
)

// v2.0 3.17-2, 4.4.2-6, 3.17-5
func TestProtection20(t *testing.T) {
	key, err := protection.NewKey(v2.AESCCM64128, make([]byte, 16))
	require.NoError(t, err)
	counter := func() *protection.Counter {
		c := protection.NewCounter(0)
		c.Stored(c.Reserve(100))
		return c
	}
	ours, theirs := v2.SenderID{1}, v2.SenderID{2}
	gateway, ear := protection.NewSender(key, theirs, counter()), protection.Receiver{ID: ours, Key: key}
	d := device20(t, Config{}, V2{Sender: protection.NewSender(key, ours, counter()),
		Receiver: &protection.Receiver{ID: theirs, Key: key}})
	opened := func() (words []string) {
		for _, b := range d.out.Send {
			inner, err := ear.Open(nil, b)
			require.NoError(t, err)
			words = append(words, d.words(inner))
		}
		d.out.Reset()
		return words
	}
	req := d.Connect(d.now, &d.out)
	require.Equal(t, []string{`CONNECT client="dev" pid=1 keepalive=3600 maxsize=1400`}, opened())
	d.gets(v2.Connack{PacketID: 1, Reason: v2.NotAuthorized}, v2.Disconnect{Reason: v2.ProtectionRequired}) // anyone's
	d.pending(req)
	sealed, err := gateway.Seal(nil, v2.Connack{PacketID: 1}.Append(nil))
	require.NoError(t, err)
	d.Receive(d.now, sealed, &d.out)
	d.succeeded(req)

	d.Ping(d.now, &d.out)
	first := string(d.out.Send[0])
	require.Equal(t, []string{"PINGREQ pid=2"}, opened())
	d.after(5 * time.Second)
	require.NotEqual(t, first, string(d.out.Send[0]))
	require.Equal(t, []string{"PINGREQ pid=2"}, opened())
}
