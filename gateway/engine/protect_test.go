package engine

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/store"
	v2 "mqttsn-gateway/mqttsn/v2"
	"mqttsn-gateway/mqttsn/v2/protection"
)

var (
	th7      = v2.SenderID{0, 7: 7}
	th8      = v2.SenderID{0, 7: 8}
	pingreq7 = v2.Pingreq{PacketID: 7}.Append(nil)
)

func keyOf(id v2.SenderID) ProtectionKey {
	return ProtectionKey{Scheme: v2.AESCCM64128, Secret: append(id[:], id[:]...), Gateway: protection.GatewayID(id)}
}

// A vault is an engine with a disk, of which the tests see what lies between a protected packet and what is inside.
type vault struct {
	*Engine
	t       *testing.T
	keys    map[v2.SenderID]ProtectionKey
	out     Out
	now     time.Duration
	disk    store.Store
	writes  int
	stuck   bool // the disk takes its time, until flush
	waiting *store.Batch
	served  [][]byte
}

func newVault(t *testing.T, ids ...v2.SenderID) *vault {
	v := &vault{t: t, keys: map[v2.SenderID]ProtectionKey{}, disk: store.Memory()}
	for _, id := range ids {
		v.keys[id] = keyOf(id)
	}
	v.start()
	return v
}

// start makes an engine of what is on the disk: what was still on its way there is lost.
func (v *vault) start() {
	c := DefaultConfig("udp")
	c.Durable, c.Links[0].Advertise, c.Protection.Keys = true, 0, v.keys
	e, err := New(c)
	require.NoError(v.t, err)
	v.Engine, v.stuck, v.waiting = e, false, new(store.Batch)
	v.out.Reset()
	r := e.Restore(v.now)
	require.NoError(v.t, v.disk.Load(r.Add))
	require.NoError(v.t, r.Finish(v.now, &v.out))
	v.carryOut()
}

// carryOut is what the driver does after each call.
func (v *vault) carryOut() {
	for v.out.Records.Len() > 0 {
		v.waiting.Append(&v.out.Records)
		v.out.Reset()
		if v.stuck {
			return
		}
		v.flush()
	}
}

func (v *vault) flush() {
	v.stuck = false
	require.NoError(v.t, v.disk.Commit(v.waiting))
	v.waiting.Reset()
	v.writes++
	v.Committed(v.now, v.Engine.rec.batch, &v.out)
	v.carryOut()
}

// hear hands a datagram over, and returns how many packets were served.
func (v *vault) hear(datagram []byte) int {
	v.t.Helper()
	before := len(v.served)
	v.enter(v.now, &v.out)
	require.NoError(v.t, v.unprotect(Addr{}, datagram, func(a Addr, packet []byte) error {
		require.True(v.t, a.Protected())
		v.served = append(v.served, slices.Clone(packet))
		return nil
	}))
	v.carryOut()
	return len(v.served) - before
}

// seal sends a PINGRESP to a device; it is empty if that was not possible.
func (v *vault) seal(id v2.SenderID) []byte {
	v.enter(v.now, &v.out)
	b, ok := v.protector.seal(nil, id, v2.Pingresp{PacketID: 1}.Append)
	require.Equal(v.t, ok, len(b) > 0)
	return b
}

// device is the other side of a key. Its counter begins after that many.
func device(t *testing.T, id v2.SenderID, sent uint64) *protection.Sender {
	k := keyOf(id)
	key, err := protection.NewKey(k.Scheme, k.Secret)
	require.NoError(t, err)
	counter := protection.NewCounter(sent)
	counter.Stored(math.MaxUint32)
	return protection.NewSender(key, id, counter)
}

func sealed(t *testing.T, s *protection.Sender) []byte {
	b, err := s.Seal(nil, pingreq7)
	require.NoError(t, err)
	return b
}

func TestProtectedPacketIsServedOnce(t *testing.T) {
	v := newVault(t, th7, th8)
	d := device(t, th7, 0)
	first, second := sealed(t, d), sealed(t, d)
	require.Equal(t, 1, v.hear(second), "the first is late")
	require.Equal(t, 1, v.hear(first))
	require.Zero(t, v.hear(first))
	require.Zero(t, v.hear(second))
	require.Equal(t, [][]byte{pingreq7, pingreq7}, v.served)
	require.EqualValues(t, 2, v.Stats().Protected)
	require.EqualValues(t, 2, v.Stats().Replayed)
}

// Whichever octet is changed, nothing is served, and nothing changes but a counter.
func TestTamperedChangesNothing(t *testing.T) {
	v := newVault(t, th7, th8)
	require.Equal(t, 1, v.hear(sealed(t, device(t, th7, 1))))
	datagram := sealed(t, device(t, th7, 50))
	window, writes := v.protector.guards[th7].receiver.Window, v.writes
	for i := range datagram {
		datagram[i] ^= 1
		v.enter(v.now, &v.out)
		err := v.unprotect(Addr{}, datagram, func(Addr, []byte) error { t.Fatal("served"); return nil })
		_ = err // of the length, for instance
		require.Equal(t, window, v.protector.guards[th7].receiver.Window, "octet %d", i)
		require.Zero(t, v.out.Records.Len())
		datagram[i] ^= 1
	}
	require.Equal(t, writes, v.writes)
	require.Greater(t, v.Stats().Forged, uint64(len(datagram)/2))
	require.Equal(t, 1, v.hear(datagram), "the same, mended")
}

// What was served before a crash is not served after it, and what is new is: for a device that speaks now and then, the very
// next packet.
func TestWindowSurvivesCrashes(t *testing.T) {
	v := newVault(t, th7)
	d := device(t, th7, 0)
	var old [][]byte
	for range 200 {
		datagram := sealed(t, d)
		old = append(old, datagram)
		require.Equal(t, 1, v.hear(datagram))
		v.now += 20 * time.Second
		v.start()
		for _, o := range old {
			require.Zero(t, v.hear(o))
		}
	}
}

// A device that speaks much is not written down for each packet, and loses few to a crash.
func TestWindowIsWrittenSeldom(t *testing.T) {
	v := newVault(t, th7)
	d := device(t, th7, 0)
	var old [][]byte
	for i := range 5000 {
		old = append(old, sealed(t, d))
		require.Equal(t, 1, v.hear(old[i]))
		v.now += 10 * time.Millisecond
		if i == 1000 {
			v.writes = 0
		}
	}
	require.Less(t, v.writes, 4000/windowBlock+10)
	v.start()
	for _, o := range old {
		require.Zero(t, v.hear(o))
	}
	refused := 0
	for ; v.hear(sealed(t, d)) == 0; refused++ {
		require.Less(t, refused, windowBlock)
	}
	require.Equal(t, 1, v.hear(sealed(t, d)))
}

// No packet is served before the disk knows that it must not be served again. Those that come meanwhile wait, in order; not
// more than a few.
func TestServedWhenRemembered(t *testing.T) {
	v := newVault(t, th7, th8)
	v.hear(sealed(t, device(t, th8, 0)))
	v.served = nil
	d := device(t, th7, 0)
	v.stuck = true
	var sent [][]byte
	for i := range maxBehind + 5 {
		datagram, err := d.Seal(nil, v2.Pingreq{PacketID: uint16(i)}.Append(nil))
		require.NoError(t, err)
		require.Zero(t, v.hear(datagram))
		sent = append(sent, datagram)
	}
	require.EqualValues(t, 5, v.Stats().Unremembered)
	v.flush()
	require.Len(t, v.served, maxBehind)
	for i, packet := range v.served {
		require.Equal(t, v2.Pingreq{PacketID: uint16(i)}.Append(nil), packet)
	}

	// With a crash instead, none was served, so all may come again.
	v.stuck = true
	late := sealed(t, d)
	require.Zero(t, v.hear(late))
	v.start()
	require.Equal(t, 1, v.hear(late))
	require.Zero(t, v.hear(sent[0]))

	v.StoreFailing(v.now, true, &v.out)
	v.stuck = true
	require.Zero(t, v.hear(sealed(t, d)))
	require.EqualValues(t, 1, v.Stats().Unremembered, "nobody knows when the disk will be back")
}

// However the gateway ends, no value of its counters is used twice, and it can answer as soon as it hears a device.
func TestCountersSurviveCrashes(t *testing.T) {
	v := newVault(t, th7)
	d := device(t, th7, 0)
	var r protection.Receiver
	r.ID, r.Key = keyOf(th7).Gateway, d.Key
	for run := range 30 {
		require.Equal(t, 1, v.hear(sealed(t, d)))
		for range run * 50 {
			packet, err := r.Open(nil, v.seal(th7))
			require.NoError(t, err, "run %d", run)
			require.Equal(t, v2.Pingresp{PacketID: 1}.Append(nil), packet)
			v.carryOut()
		}
		v.now += 20 * time.Second
		v.start()
	}
	require.Zero(t, v.Stats().Unsealed)
}

// Without values on disk nothing is sent: it could be sent twice.
func TestNothingIsSealedWithoutValues(t *testing.T) {
	v := newVault(t, th7)
	v.stuck = true
	for range 3 {
		require.Empty(t, v.seal(th7))
	}
	require.EqualValues(t, 3, v.Stats().Unsealed)
	v.carryOut()
	v.flush()
	require.NotEmpty(t, v.seal(th7))
	require.Empty(t, v.seal(th8), "no key")
	require.EqualValues(t, 4, v.Stats().Unsealed)
	b, ok := v.protector.seal([]byte("x"), th7, func(b []byte) []byte { return b })
	require.True(t, ok, "there is nothing to seal")
	require.Equal(t, []byte("x"), b)

	// At the end of its values a counter is not reserved any more.
	c := v.protector.counterOf(v2.SenderID{9})
	*c.Counter = *protection.NewCounter(math.MaxUint32)
	c.limit = math.MaxUint32
	for range 3 {
		v.enter(v.now, &v.out)
		v.protector.reserve(c)
		v.carryOut()
		v.flush()
	}
	_, ok = c.Next()
	require.True(t, ok)
	v.protector.reserve(c)
	require.Zero(t, v.out.Records.Len())
}

// Devices may share our sender identifier: then they share the counter.
func TestSharedIdentifier(t *testing.T) {
	v := newVault(t)
	for _, id := range []v2.SenderID{th7, th8} {
		k := keyOf(id)
		k.Gateway = v2.SenderID{2}
		v.keys[id] = k
	}
	v.start()
	v.hear(sealed(t, device(t, th7, 0)))
	for want := uint32(1); want < 9; want++ {
		id := []v2.SenderID{th7, th8}[want%2]
		_, body, err := v2.Split(v.seal(id))
		require.NoError(t, err)
		var p v2.Protection
		require.NoError(t, p.Parse(body))
		require.Equal(t, v2.SenderID{2}, p.SenderID)
		require.Equal(t, want, p.Counter)
	}
}

// Who has no key, or one for another scheme, is told so, within limits; tags and counters that are wrong are not answered.
func TestFailureAnswers(t *testing.T) {
	uncounted := device(t, th7, 0)
	uncounted.CounterLen = 0
	forged := sealed(t, device(t, th7, 0))
	forged[len(forged)-1]++
	other, err := protection.NewKey(v2.CMAC128, make([]byte, 16))
	require.NoError(t, err)
	otherScheme := device(t, th7, 0)
	otherScheme.Key = other
	for _, tt := range []struct {
		name     string
		keys     []v2.SenderID
		datagram []byte
		answer   v2.ReasonCode
		counted  func(*Stats) uint64
	}{
		{"no keys at all", nil, sealed(t, device(t, th7, 0)), v2.ProtectionNotSupported, func(s *Stats) uint64 { return s.NoKey }},
		{"unknown sender", []v2.SenderID{th8}, sealed(t, device(t, th7, 0)), v2.UnknownSenderID, func(s *Stats) uint64 { return s.NoKey }},
		{"another scheme", []v2.SenderID{th7}, sealed(t, otherScheme), v2.ProtectionSchemeInvalid, func(s *Stats) uint64 { return s.NoKey }},
		{"reserved scheme", []v2.SenderID{th7}, append(append([]byte{0x14, 0xff, 0x10, 0x05}, th7[:]...), make([]byte, 8)...),
			v2.ProtectionSchemeInvalid, func(s *Stats) uint64 { return s.NoKey }},
		{"wrong tag", []v2.SenderID{th7}, forged, 0, func(s *Stats) uint64 { return s.Forged }},
		{"no counter", []v2.SenderID{th7}, sealed(t, uncounted), 0, func(s *Stats) uint64 { return s.Replayed }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := newVault(t, tt.keys...)
			answers, warned := 0, 0
			for range 500 {
				v.enter(v.now, &v.out)
				require.NoError(t, v.unprotect(Addr{}, tt.datagram, func(Addr, []byte) error { t.Fatal("served"); return nil }))
				for _, d := range v.out.Datagrams {
					require.Equal(t, v2.Disconnect{Reason: tt.answer}.Append(nil), d.Data)
					require.LessOrEqual(t, len(d.Data), len(tt.datagram))
					answers++
				}
				warned += len(v.out.Notes)
				v.out.Reset()
			}
			require.EqualValues(t, 500, tt.counted(v.Stats()))
			require.EqualValues(t, 500, v.links[0].stats.Dropped)
			require.EqualValues(t, warningBurst, warned, "the log is not filled")
			if tt.answer == 0 {
				require.Zero(t, answers)
			} else {
				require.EqualValues(t, v.cfg.Device.StrangerRate, answers)
			}
		})
	}
}

// Where a device is trusted to send packets without a counter, they can come as often as they like.
func TestUncountedIsServedWhereAllowed(t *testing.T) {
	v := newVault(t)
	k := keyOf(th7)
	k.Uncounted = true
	v.keys[th7] = k
	v.start()
	d := device(t, th7, 0)
	d.CounterLen = 0
	datagram := sealed(t, d)
	writes := v.writes
	for range 3 {
		require.Equal(t, 1, v.hear(datagram))
	}
	require.Equal(t, writes+1, v.writes, "that of our counter")
}

func TestKeysChange(t *testing.T) {
	v := newVault(t, th7, th8)
	d7, d8 := device(t, th7, 0), device(t, th8, 0)
	old7, old8 := sealed(t, d7), sealed(t, d8)
	require.Equal(t, 1, v.hear(old7))
	require.Equal(t, 1, v.hear(old8))
	change := func(keys map[v2.SenderID]ProtectionKey) error {
		err := v.SetKeys(v.now, keys, &v.out)
		v.carryOut()
		return err
	}
	renewed := keyOf(th7)
	renewed.Secret = make([]byte, 16)
	require.NoError(t, change(map[v2.SenderID]ProtectionKey{th7: renewed, th8: keyOf(th8)}))
	require.Zero(t, v.hear(sealed(t, d7)), "of the old key")
	require.Zero(t, v.hear(old8))
	require.Equal(t, 1, v.hear(sealed(t, d8)), "nothing has changed for it")

	newKey, err := protection.NewKey(renewed.Scheme, renewed.Secret)
	require.NoError(t, err)
	again := device(t, th7, 0)
	again.Key = newKey
	require.Equal(t, 1, v.hear(sealed(t, again)), "which counts from the beginning")

	// The first key comes back, over a restart, and knows what it has seen.
	require.NoError(t, change(nil))
	require.Zero(t, v.hear(sealed(t, d7)))
	require.EqualValues(t, 1, v.Stats().NoKey)
	v.keys = map[v2.SenderID]ProtectionKey{th7: keyOf(th7)}
	v.start()
	require.Zero(t, v.hear(old7))
	require.Equal(t, 1, v.hear(sealed(t, d7)))

	// What cannot be used changes nothing.
	for want, k := range map[string]func(*ProtectionKey){
		"do not go together":  func(k *ProtectionKey) { k.Secret = k.Secret[1:] },
		"has no tag of 8":     func(k *ProtectionKey) { k.Scheme, k.TagLen = v2.AESGCM128128, 8 },
		"need sender":         func(k *ProtectionKey) { k.Gateway = v2.SenderID{} },
		"is that of a device": func(k *ProtectionKey) { k.Gateway = th7 },
	} {
		bad := keyOf(th8)
		k(&bad)
		err := change(map[v2.SenderID]ProtectionKey{th7: keyOf(th7), th8: bad})
		require.ErrorContains(t, err, want)
		require.True(t, strings.HasPrefix(err.Error(), "engine: key of "), err)
		require.Equal(t, 1, v.hear(sealed(t, d7)))
	}
}
