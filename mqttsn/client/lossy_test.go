package client_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/mqttsn/client"
	v2 "mqttsn-gateway/mqttsn/v2"
)

// A lossyAir joins a Core with a fakeGateway by a link that loses, doubles and delays datagrams, in virtual time.
type lossyAir struct {
	rand    *rand.Rand
	now     time.Duration
	core    *client.Core
	gateway airGateway
	doubles bool
	flying  []flight
	out     client.Out

	results  map[client.Request]error
	received []string
}

// An airGateway is a fake gateway of either version.
type airGateway interface {
	receive(now time.Duration, datagram []byte)
	tick(now time.Duration)
	deliver(now time.Duration) // what has come to wait
	said() [][]byte
}

type flight struct {
	lands    time.Duration
	toClient bool
	datagram []byte
}

func newLossyAir(seed uint64, g airGateway) *lossyAir {
	return &lossyAir{gateway: g, rand: rand.New(rand.NewPCG(seed, 0)), results: make(map[client.Request]error)}
}

func (a *lossyAir) launch(toClient bool, datagram []byte) {
	copies := 1
	switch r := a.rand.IntN(100); {
	case r < 20:
		copies = 0
	case r < 30 && a.doubles:
		copies = 2
	}
	for range copies {
		delay := time.Duration(a.rand.Int64N(int64(3 * time.Second)))
		a.flying = append(a.flying, flight{a.now + delay, toClient, slices.Clone(datagram)})
	}
}

// settle sends off what both sides have to say, and notes what happened.
func (a *lossyAir) settle() {
	for _, b := range a.out.Send {
		a.launch(false, b)
	}
	for _, b := range a.gateway.said() {
		a.launch(true, b)
	}
	for _, m := range a.out.Messages {
		a.received = append(a.received, fmt.Sprintf("%v %s", m.Topic, m.Payload))
	}
	for _, res := range a.out.Done {
		a.results[res.Request] = res.Err
	}
	a.out.Reset()
}

// step lets a tenth of a second pass.
func (a *lossyAir) step() {
	a.now += 100 * time.Millisecond
	var landed []flight
	a.flying = slices.DeleteFunc(a.flying, func(f flight) bool {
		if f.lands <= a.now {
			landed = append(landed, f)
		}
		return f.lands <= a.now
	})
	for _, f := range landed {
		if f.toClient {
			a.core.Receive(a.now, f.datagram, &a.out)
		} else {
			a.gateway.receive(a.now, f.datagram)
		}
		a.settle()
	}
	a.core.Tick(a.now, &a.out)
	a.gateway.tick(a.now)
	a.settle()
}

// until steps on until the request ends well. A connection that is lost meanwhile is made again, a request that fails
// made again too.
func (a *lossyAir) until(t *testing.T, ask func(time.Duration, *client.Out) client.Request) {
	for range 50 {
		if a.core.State() == client.Disconnected {
			a.wait(t, a.core.Connect(a.now, &a.out))
			continue
		}
		if a.wait(t, ask(a.now, &a.out)) == nil {
			return
		}
	}
	t.Fatal("it never works")
}

func (a *lossyAir) wait(t *testing.T, req client.Request) error {
	for range 100_000 {
		if err, done := a.results[req]; done {
			return err
		}
		a.step()
		if a.core.State() == client.Disconnected {
			if err, done := a.results[req]; done {
				return err
			}
			if a.core.Waiting() > 0 { // kept for the next connection
				connect := a.core.Connect(a.now, &a.out)
				for a.core.State() == client.Connecting {
					a.step()
				}
				require.Contains(t, a.results, connect)
			}
		}
	}
	t.Fatal("it never ends")
	return nil
}

// lives has the client publish, subscribe, sleep and receive over a bad link. Whatever is acknowledged arrives, and what
// has QoS 2 arrives once, in order.
func (a *lossyAir) lives(t *testing.T, publish func(topic, payload string, qos mqttsn.QoS), uplink func() []string, busy func() bool) {
	a.until(t, a.core.Connect)
	a.until(t, func(now time.Duration, out *client.Out) client.Request {
		return a.core.Subscribe(now, client.Name("down/#"), mqttsn.QoS2, out)
	})
	var up, down []string
	for i := range 20 {
		payload := fmt.Sprint(i)
		up = append(up, "up/2 "+payload)
		for _, qos := range []mqttsn.QoS{mqttsn.QoS1, mqttsn.QoS2} {
			m := client.Message{Topic: client.Name(fmt.Sprintf("up/%d", qos)), QoS: qos, Payload: []byte(payload)}
			require.NoError(t, a.wait(t, a.core.Publish(a.now, m, &a.out)))
		}
	}
	require.Equal(t, up, withPrefix(uplink(), "up/2"))
	require.Subset(t, uplink(), []string{"up/1 0", "up/1 7", "up/1 19"})

	a.until(t, func(now time.Duration, out *client.Out) client.Request {
		return a.core.Sleep(now, time.Hour, out)
	})
	for i := range 20 {
		down = append(down, fmt.Sprintf("down/2 %d", i))
		publish("down/2", fmt.Sprint(i), mqttsn.QoS2)
		publish("down/1", fmt.Sprint(i), mqttsn.QoS1)
	}
	for busy() {
		switch a.core.State() {
		case client.Asleep:
			_ = a.wait(t, a.core.Wake(a.now, &a.out))
		case client.Disconnected:
			_ = a.wait(t, a.core.Connect(a.now, &a.out))
		default:
			a.step()
		}
	}
	require.Equal(t, down, withPrefix(a.received, "down/2"))
	require.Subset(t, a.received, []string{"down/1 0", "down/1 7", "down/1 19"})
}

func TestLossyAir(t *testing.T) {
	for seed := range uint64(100) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			g := new(fakeGateway)
			a := newLossyAir(seed, g)
			a.doubles = true
			a.core = client.NewCore(client.Config{ClientID: "dev", KeepAlive: time.Minute, Resume: true})
			a.lives(t, g.publish, func() []string { return g.uplink },
				func() bool { return len(g.waiting) > 0 || g.inFlight != nil })
		})
	}
}

// Version 2.0 leaves it to protection to recognise what the network doubles (4.2-1); here it only loses and delays.
func TestLossyAir20(t *testing.T) {
	for seed := range uint64(100) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			g := new(fakeGateway20)
			a := newLossyAir(seed, g)
			a.core = client.NewCore(client.Config{ClientID: "dev", KeepAlive: time.Minute, Resume: true,
				V2: &client.V2{SessionExpiry: time.Hour, AdoptSession: true, FullNames: seed%2 == 0, Rand: rand.New(rand.NewPCG(seed, 1))}})
			publish := func(topic, payload string, qos mqttsn.QoS) { g.publish(topic, payload, v2.QoS(qos)) }
			a.lives(t, publish, func() []string { return g.uplink },
				func() bool { return len(g.waiting) > 0 || g.inFlight != nil })
		})
	}
}

func withPrefix(lines []string, prefix string) []string {
	return slices.DeleteFunc(slices.Clone(lines), func(l string) bool { return !strings.HasPrefix(l, prefix) })
}
