package client

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	v2 "mqttsn-gateway/mqttsn/v2"
)

// v2.0 3.15.2-1, 3.15.4-1, 4.14-2, 4.14-3
func TestSleepIn20(t *testing.T) {
	d := connected20(t, Config{CleanSession: true}, V2{})
	d.gets(v2.Register{PacketID: 9, HasAlias: true, Alias: 33, TopicName: []byte("a")})
	d.out.Reset()
	req := d.Sleep(d.now, 100_000*time.Second, &d.out)
	d.wants("SLEEPREQ duration=100000 pid=2 retain-aliases")
	d.gets(v2.Sleepresp{PacketID: 2, Reason: v2.UnspecifiedError})
	d.refused(req, v2.TypeSleepresp, v2.UnspecifiedError)
	require.Equal(t, Active, d.State())

	req = d.Sleep(d.now, 100_000*time.Second, &d.out)
	d.gets(v2.Sleepresp{PacketID: 3})
	d.succeeded(req)
	require.Equal(t, Asleep, d.State())
	d.failed(d.Publish(d.now, message20("a", 1), &d.out), ErrNotConnected)
	d.out.Reset()
	d.gets(v2.Publish{Topic: v2.Topic{Alias: 33}, QoS: 1, PacketID: 4})
	d.wants()

	for range 2 {
		req = d.Wake(d.now, &d.out)
		id := d.lastMsgID
		d.wants(fmt.Sprintf("PINGREQ pid=%d", id))
		d.gets(v2.Publish{Topic: v2.Topic{Alias: 33}, QoS: 1, PacketID: 4})
		d.wants("PUBACK success pid=4")
		d.received("a qos=1 ")
		d.pending(req)
		d.gets(v2.Pingresp{PacketID: id, HasRemaining: true, Remaining: 3})
		d.succeeded(req)
		require.Equal(t, Asleep, d.State())
		require.Equal(t, 3, d.Session().Remaining)
	}

	req = d.Connect(d.now, &d.out) // not with a clean start: the session is ours
	d.wants(`CONNECT client="dev" pid=6 keepalive=3600 maxsize=1400`)
	d.gets(v2.Connack{PacketID: 6, SessionPresent: true})
	d.succeeded(req)
	d.Publish(d.now, message20("a", 0), &d.out)
	d.wants(`PUBLISH topic=session:33 qos=0 "x"`)
}

func TestDropAliasesIn20(t *testing.T) {
	d := connected20(t, Config{}, V2{DropAliases: true})
	d.gets(v2.Register{PacketID: 9, HasAlias: true, Alias: 33, TopicName: []byte("a")})
	d.out.Reset()
	d.Sleep(d.now, time.Hour, &d.out)
	d.wants("SLEEPREQ duration=3600 pid=2")
	d.gets(v2.Sleepresp{PacketID: 2})
	d.Wake(d.now, &d.out)
	d.out.Reset()
	d.gets(v2.Publish{Topic: v2.Topic{Alias: 33}, QoS: 1, PacketID: 4})
	d.wants("PUBACK unknown-topic-alias pid=4")
}

// v2.0 3.14.2-1, 3.1.6-3
func TestWakeupAndSilence20(t *testing.T) {
	d := asleep20(t, Config{Retries: -1}, V2{})
	d.Receive(d.now, v2.Wakeup{}.Append(nil), &d.out)
	require.True(t, d.out.Wakeup)
	require.Empty(t, d.out.Send)
	require.Equal(t, Asleep, d.State())
	d.out.Reset()

	req := d.Wake(d.now, &d.out)
	d.after(5 * time.Second)
	d.failed(req, ErrTimeout)
	d.lostFor("unspecified-error")

	d = asleep20(t, Config{}, V2{})
	d.gets(v2.Disconnect{Reason: v2.SessionTakenOver})
	require.ErrorIs(t, d.lost, ErrDisconnected)
	require.Equal(t, "mqttsn: disconnected by the gateway: session-taken-over", d.lost.Error())
}
