package trace

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/mqttsn/v2"
)

func at(i byte) engine.Addr { return engine.Addr{Link: engine.LinkID(i % 2), Peer: [20]byte{i}} }

func connect(id string) []byte {
	return mqttsn.Connect{ProtocolID: mqttsn.ProtocolID, Duration: 60, ClientID: []byte(id)}.Append(nil)
}

// texts are the packets that a tap has.
func texts(tap *Tap) (all []string) {
	for _, p := range tap.Take() {
		all = append(all, p.Client+" "+p.VersionText()+" "+p.Text())
	}
	return all
}

func TestTapsSeeWhatTheyWant(t *testing.T) {
	var taps Taps
	everything, th7, odd := NewTap("", nil), NewTap("th7", nil), NewTap("", new(engine.LinkID(1)))
	for _, tap := range []*Tap{everything, th7, odd} {
		taps.Add(tap)
	}
	ping := mqttsn.Pingreq{}.Append(nil)
	require.True(t, taps.Show(Packet{Addr: at(1), Client: "th7", Data: ping}))
	require.True(t, taps.Show(Packet{Addr: at(2), Client: "th70", Data: ping}))
	require.True(t, taps.Show(Packet{Addr: engine.Addr{Link: 1}, Out: true, Broadcast: true, Data: mqttsn.Advertise{}.Append(nil)}))
	<-th7.Ready()
	require.Equal(t, []string{"th7 1.2 PINGREQ"}, texts(th7))
	require.Equal(t, []string{"th7 1.2 PINGREQ", "  ADVERTISE gwid=0 duration=0"}, texts(odd))
	require.Len(t, everything.Take(), 3)
}

// Data belongs to the reader of the link, or to the engine, and is overwritten.
func TestTapsKeepACopy(t *testing.T) {
	var taps Taps
	tap := NewTap("", nil)
	taps.Add(tap)
	data := connect("th7")
	taps.Show(Packet{Addr: at(1), Data: data})
	clear(data)
	require.Equal(t, connect("th7"), tap.Take()[0].Data)
}

func TestTapsForgetWhoWentAway(t *testing.T) {
	var taps Taps
	a, b := NewTap("", nil), NewTap("somebody else", nil)
	taps.Add(a)
	taps.Add(b)
	b.Close()
	require.True(t, taps.Show(Packet{Data: connect("th7")}))
	a.Close()
	require.Empty(t, a.Take())
	require.False(t, taps.Show(Packet{Data: connect("th7")}))
	a.Offer(Packet{})
	require.Empty(t, a.Take())
}

func TestAFullTapCountsWhatItLoses(t *testing.T) {
	for name, octets := range map[string]int{"many": 1, "long": 60_000} {
		t.Run(name, func(t *testing.T) {
			tap := NewTap("", nil)
			for range 10_000 {
				tap.Offer(Packet{Data: make([]byte, octets)})
			}
			kept := tap.Take()
			require.LessOrEqual(t, len(kept), maxPackets)
			require.LessOrEqual(t, len(kept)*octets, maxOctets)
			require.Zero(t, kept[len(kept)-1].Lost)
			tap.Offer(Packet{})
			tap.Offer(Packet{})
			next := tap.Take()
			require.EqualValues(t, 10_000-len(kept), next[0].Lost)
			require.Zero(t, next[1].Lost)
		})
	}
}

// Who is refused has no session, and who says goodbye has none when it is answered.
func TestTapsKnowWhoSpoke(t *testing.T) {
	var taps Taps
	tap := NewTap("th7", nil)
	taps.Add(tap)
	a := at(1)
	taps.Show(Packet{Addr: a, Data: connect("th7")})
	taps.Show(Packet{Addr: a, Out: true, Data: mqttsn.Connack{ReturnCode: mqttsn.Congestion}.Append(nil)})
	taps.Show(Packet{Addr: a, Client: "th8", Data: mqttsn.Pingreq{}.Append(nil)}) // the address has another owner now
	taps.Show(Packet{Addr: a, Out: true, Data: mqttsn.Pingresp{}.Append(nil)})
	require.Equal(t, []string{"th7 1.2 CONNECT client=th7 duration=60", "th7 1.2 CONNACK congestion"}, texts(tap))

	taps.Know(at(3), "th7") // as its session was kicked
	taps.Show(Packet{Addr: at(3), Out: true, Data: mqttsn.Disconnect{}.Append(nil)})
	require.Equal(t, []string{"th7  DISCONNECT"}, texts(tap))

	node := func(inner []byte) []byte { return mqttsn.Forward{NodeID: []byte{7}, Inner: inner}.Append(nil) }
	behind := AddrOf(1, [20]byte{1}, node(connect("th7")))
	require.Equal(t, engine.Addr{Link: 1, Peer: [20]byte{1}, Node: "\x07", Forwarded: true}, behind)
	taps.Show(Packet{Addr: behind, Data: node(connect("th7"))})
	require.Len(t, tap.Take(), 1)
}

// A forwarder of one version brings devices of the other, and a protected packet names its sender.
func TestAddrOf(t *testing.T) {
	inner := v2.Pingreq{PacketID: 1}.Append(nil)
	require.Equal(t, engine.Addr{Forwarded: true, Forwarder2: true, Node: "\x07"}, AddrOf(0, [20]byte{}, v2.Forwarder{Address: []byte{7}, Inner: inner}.Append(nil)))
	sender := v2.SenderID{1, 2, 3}
	protected := v2.Protection{Scheme: v2.HMACSHA256, SenderID: sender, Protected: inner, Tag: make([]byte, 32)}.Append(nil)
	require.Equal(t, engine.Addr{Sender: sender}, AddrOf(0, [20]byte{}, protected))

	var taps Taps
	tap := NewTap("", nil)
	taps.Add(tap)
	taps.Show(Packet{Client: "th7", Version: v2.V20, Data: mqttsn.Forward{NodeID: []byte{7}, Inner: inner}.Append(nil)})
	taps.Show(Packet{Client: "th7", Version: v2.V12, Data: v2.Forwarder{Address: []byte{7}, Inner: connect("th7")}.Append(nil)})
	taps.Show(Packet{Client: "th7", Version: v2.V20, Addr: AddrOf(0, [20]byte{}, protected), Data: protected})
	taps.Show(Packet{Out: true, Data: inner}) // to the address that the protected one came from
	for _, p := range tap.Take() {
		require.NotContains(t, p.Text(), "malformed")
		require.Equal(t, "th7", p.Client)
	}
}

func TestTapsTellVersionsApart(t *testing.T) {
	var taps Taps
	tap := NewTap("", nil)
	taps.Add(tap)
	a := at(1)
	c := v2.Connect{PacketID: 1, KeepAlive: 60, MaxPacketSize: 100, ClientID: []byte("th7")}
	taps.Show(Packet{Addr: a, Data: c.Append(nil)})
	taps.Show(Packet{Addr: a, Out: true, Data: v2.Pingresp{PacketID: 1}.Append(nil)})
	got := texts(tap)
	require.Contains(t, got[0], "th7 2.0 CONNECT")
	require.Contains(t, got[1], "th7 2.0 PINGRESP")

	taps.Show(Packet{Addr: a, Client: "th7", Data: connect("th7")}) // new firmware, or old
	taps.Show(Packet{Addr: a, Client: "th7", Out: true, Data: mqttsn.Connack{}.Append(nil)})
	require.Equal(t, []string{"th7 1.2 CONNECT client=th7 duration=60", "th7 1.2 CONNACK accepted"}, texts(tap))
}

func TestNonsenseIsSaidToBe(t *testing.T) {
	for _, data := range [][]byte{{}, {0}, {5, 4}, {2, 0xfe}, make([]byte, 1000)} {
		p := Packet{Data: data}
		require.Contains(t, p.Text(), "malformed: ")
		require.NotContains(t, p.Text(), "mqttsn")
		require.Less(t, len(p.Text()), 300)
	}
}

func TestTheMemoryOfTapsIsBounded(t *testing.T) {
	var taps Taps
	for i := range 3 * maxSpeakers {
		taps.Show(Packet{Addr: engine.Addr{Peer: [20]byte{byte(i), byte(i >> 8), byte(i >> 16)}}, Data: connect("th7")})
	}
	require.LessOrEqual(t, len(taps.witness.seen), maxSpeakers)
}

func FuzzPackets(f *testing.F) {
	f.Add(connect("th7"), false)
	f.Add(v2.Connect{PacketID: 1, KeepAlive: 60, MaxPacketSize: 100, ClientID: []byte("th7")}.Append(nil), false)
	f.Add(mqttsn.Forward{NodeID: []byte{7}, Inner: connect("th7")}.Append(nil), true)
	f.Fuzz(func(t *testing.T, data []byte, out bool) {
		var taps Taps
		tap := NewTap("", nil)
		taps.Add(tap)
		taps.Show(Packet{Out: out, Addr: AddrOf(0, [20]byte{}, data), Data: data})
		for _, p := range tap.Take() {
			require.NotEmpty(t, p.Text())
		}
	})
}
