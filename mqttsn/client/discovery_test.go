package client

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqttsn"
	v2 "mqttsn-gateway/mqttsn/v2"
)

func TestSearchInterval(t *testing.T) {
	d := NewDiscovery(DiscoveryConfig{Radius: 2, Rand: rand.New(rand.NewPCG(1, 2))})
	d.Search(0)
	d.Search(time.Hour) // is at it
	first, ok := d.Deadline()
	require.True(t, ok)
	require.LessOrEqual(t, first, 5*time.Second)
	require.Nil(t, d.Tick(first-1))

	at := first
	for _, wait := range []time.Duration{5, 10, 20, 40, 80, 160, 300, 300} {
		require.Equal(t, mqttsn.SearchGw{Radius: 2}.Append(nil), d.Tick(at))
		next, _ := d.Deadline()
		require.Equal(t, wait*time.Second, next-at)
		at = next
	}

	g, ok := d.Receive(at, mqttsn.GwInfo{GwID: 7}.Append(nil), "gw")
	require.True(t, ok)
	require.Equal(t, Gateway{ID: 7, From: "gw"}, g)
	require.Nil(t, d.Tick(at+time.Hour))
	_, ok = d.Deadline()
	require.False(t, ok)
}

// Another client's SEARCHGW does for us.
func TestSearchOfOthers(t *testing.T) {
	d := NewDiscovery(DiscoveryConfig{Radius: 1})
	d.Search(0)
	_, ok := d.Receive(time.Millisecond, mqttsn.SearchGw{Radius: 1}.Append(nil), "other")
	require.False(t, ok)
	at, _ := d.Deadline()
	require.Equal(t, 5*time.Second+time.Millisecond, at)
	d.Receive(2*time.Millisecond, mqttsn.SearchGw{Radius: 2}.Append(nil), "other") // asks others than we would
	after, _ := d.Deadline()
	require.Equal(t, at, after)
}

func TestAdvertisedGatewaysExpire(t *testing.T) {
	d := NewDiscovery(DiscoveryConfig{MissedAdvertisements: 2})
	advertise := mqttsn.Advertise{GwID: 1, Duration: 900}.Append(nil)
	d.Receive(0, advertise, "one")
	d.Receive(0, mqttsn.Advertise{GwID: 2, Duration: 600}.Append(nil), "two")
	at, _ := d.Deadline()
	require.Equal(t, 1200*time.Second, at)
	d.Receive(900*time.Second, advertise, "one again")
	d.Receive(901*time.Second, mqttsn.GwInfo{GwID: 1}.Append(nil), "one") // tells nothing of the next one
	d.Tick(1200 * time.Second)
	require.Len(t, d.Gateways(), 1)
	require.Equal(t, "one", d.Gateways()[0].From)
	at, _ = d.Deadline()
	require.Equal(t, 2700*time.Second, at)
	d.Tick(at)
	require.Empty(t, d.Gateways())
}

func TestGatewaysAreBounded(t *testing.T) {
	d := NewDiscovery(DiscoveryConfig{})
	for id := range 256 {
		_, ok := d.Receive(0, mqttsn.Advertise{GwID: uint8(id), Duration: 1}.Append(nil), "")
		require.Equal(t, id < maxGateways, ok)
	}
	require.Len(t, d.Gateways(), maxGateways)
	_, ok := d.Receive(0, []byte{0}, "")
	require.False(t, ok)
}

func TestGatewayAddr(t *testing.T) {
	for _, tt := range []struct {
		add  []byte
		want string
	}{
		{[]byte{192, 168, 1, 10, 0x27, 0x10}, "192.168.1.10:10000"},
		{append(make([]byte, 15), 1, 0, 80), "[::1]:80"},
		{[]byte{5, 168, 1, 10, 0x27, 0x10}, "5.168.1.10:10000"},
		{[]byte{6, 192, 168, 1, 10, 0x27, 0x10}, "192.168.1.10:10000"}, // with its length
	} {
		require.Equal(t, tt.want, gatewayAddr(Gateway{GwAdd: tt.add}, nil).String())
	}
	for _, add := range [][]byte{{0}, {0, 0}, {1, 2, 3}} { // of another network
		require.Nil(t, gatewayAddr(Gateway{GwAdd: add}, nil))
	}
}

func TestDiscoveryInVersion20(t *testing.T) {
	d := NewDiscovery(DiscoveryConfig{V2: true, MissedAdvertisements: 2})
	d.Search(0)
	d.Receive(time.Millisecond, mqttsn.SearchGw{}.Append(nil), "of version 1.2") // reads as a CONNECT cut short
	first, _ := d.Deadline()
	d.Receive(2*time.Millisecond, v2.SearchGw{}.Append(nil), "other")
	at, _ := d.Deadline()
	require.NotEqual(t, first, at)
	require.Equal(t, 5*time.Second+2*time.Millisecond, at)
	require.Equal(t, v2.SearchGw{}.Append(nil), d.Tick(at))

	_, ok := d.Receive(at, mqttsn.GwInfo{GwID: 7}.Append(nil), "of version 1.2")
	require.False(t, ok)
	g, ok := d.Receive(at, v2.GwInfo{GatewayID: 7}.Append(nil), "gw")
	require.True(t, ok)
	require.Equal(t, Gateway{ID: 7, From: "gw"}, g)
	g, _ = d.Receive(at, v2.GwInfo{GatewayID: 8, Address: []byte{192, 0, 2, 1, 0x07, 0x5C}}.Append(nil), "client")
	require.Equal(t, "192.0.2.1:1884", gatewayAddr(g, nil).String())

	d.Receive(at, v2.Advertise{GatewayID: 7, Duration: 60}.Append(nil), "gw")
	d.Tick(at + 120*time.Second)
	require.Len(t, d.Gateways(), 1)
}
