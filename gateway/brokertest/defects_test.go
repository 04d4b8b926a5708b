package brokertest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/e2e/programs"
)

// The tests in this file are named after the defects of an embeddable broker that ordinary clients met, so that ours has
// none of them. Mosquitto passes them as well.

// eachBroker runs a test against each broker.
func eachBroker(t *testing.T, f func(t *testing.T, b *server)) {
	for _, b := range brokers {
		t.Run(b.name, func(t *testing.T) { f(t, b.start(t, normal)) })
	}
}

// TestAcknowledgesAfterRouting: when PUBACK has come, the message is on its way to the subscribers.
func TestAcknowledgesAfterRouting(t *testing.T) {
	eachBroker(t, func(t *testing.T, b *server) {
		a := newClient(t, b, "client=a")
		a.do("SUBSCRIBE id=1 filter=t qos=1")
		a.want("SUBACK id=1 codes=1")
		c := newClient(t, b, "client=c")
		for range 200 {
			c.do("PUBLISH topic=t payload=x qos=1 id=1")
			c.want("PUBACK id=1")
			a.do("PINGREQ")
			m := a.want("PUBLISH topic=t payload=x qos=1")
			a.want("PINGRESP")
			a.do("PUBACK id=%s", m.get("id", ""))
		}
	})
}

// TestClientsAreThemselves: No Local and shared subscriptions tell clients apart.
func TestClientsAreThemselves(t *testing.T) {
	eachBroker(t, func(t *testing.T, b *server) {
		var clients []*client
		for i := range 3 {
			c := newClient(t, b, fmt.Sprint("client=c", i))
			c.do("SUBSCRIBE id=1 filter=t nolocal filter=$share/group/u")
			c.want("SUBACK id=1 codes=0,0")
			clients = append(clients, c)
		}
		for i, c := range clients {
			c.do("PUBLISH topic=t payload=%d qos=1 id=1", i)
			c.want("PUBACK id=1")
			for j, other := range clients {
				if j != i {
					other.want("PUBLISH topic=t payload=%d", i)
				}
			}
		}
		publisher := newClient(t, b, "client=publisher")
		for i := range clients {
			publisher.do("PUBLISH topic=u payload=%d", i)
		}
		var got []string
		for _, c := range clients {
			got = append(got, c.want("PUBLISH topic=u payload=*").get("payload", ""))
		}
		slices.Sort(got)
		require.Equal(t, []string{"0", "1", "2"}, got)
	})
}

// TestFullReceiveMaximumStopsNobody: a subscriber of QoS 1 that acknowledges nothing is given what it allows, and the broker
// serves all others meanwhile. Nothing is dropped, and everything comes in order when it acknowledges.
func TestFullReceiveMaximumStopsNobody(t *testing.T) {
	const count, maximum = 900, 10
	eachBroker(t, func(t *testing.T, b *server) {
		a := newClient(t, b, fmt.Sprint("client=a receive-maximum=", maximum))
		a.do("SUBSCRIBE id=1 filter=t qos=1")
		a.want("SUBACK id=1 codes=1")
		other := newClient(t, b, "client=other")
		other.do("SUBSCRIBE id=1 filter=t")
		other.want("SUBACK id=1 codes=0")

		done := newClient(t, b, "client=publisher").publishMany("t", count, make(chan struct{}, count))
		for i := range count {
			other.want("PUBLISH topic=t payload=%d", i)
		}
		<-done
		for i := range count {
			m := a.want("PUBLISH topic=t payload=%d qos=1", i)
			if i == maximum-1 {
				require.NoError(t, a.quiet())
			}
			if i >= maximum-1 {
				a.do("PUBACK id=%s", m.get("id", ""))
			}
		}
	})
}

// TestSendQuotaDoesNotLeak: however many messages have passed, and in whatever order they are acknowledged, the Receive
// Maximum is there to be used.
func TestSendQuotaDoesNotLeak(t *testing.T) {
	const count, maximum = 3000, 10
	eachBroker(t, func(t *testing.T, b *server) {
		a := newClient(t, b, fmt.Sprint("client=a receive-maximum=", maximum))
		a.do("SUBSCRIBE id=1 filter=t qos=1")
		a.want("SUBACK id=1 codes=1")
		tokens := make(chan struct{}, 10*maximum)
		done := newClient(t, b, "client=publisher").publishMany("t", count, tokens)
		for i := 0; i < count; i += maximum {
			var ids []string
			for j := range maximum {
				<-tokens
				ids = append(ids, a.want("PUBLISH topic=t payload=%d qos=1", i+j).get("id", ""))
			}
			slices.Reverse(ids)
			for _, id := range ids {
				a.do("PUBACK id=%s", id)
			}
		}
		<-done
	})
}

// TestPacketIDsOfBothDirections: what a client publishes takes nothing from what is in flight to it.
func TestPacketIDsOfBothDirections(t *testing.T) {
	const count = 5
	eachBroker(t, func(t *testing.T, b *server) {
		a := newClient(t, b, "client=a session-expiry=600")
		a.do("SUBSCRIBE id=1 filter=t qos=2")
		a.want("SUBACK id=1 codes=2")
		c := newClient(t, b, "client=c")
		var ids []string
		for i := range count {
			c.do("PUBLISH topic=t payload=%d qos=1 id=1", i)
			c.want("PUBACK id=1")
			ids = append(ids, a.want("PUBLISH topic=t payload=%d qos=1", i).get("id", ""))
		}
		for _, id := range ids {
			a.do("PUBLISH topic=u qos=1 id=%s", id)
			a.want("PUBACK id=%s", id)
			a.do("PUBLISH topic=u qos=2 id=%s", id)
			a.want("PUBREC id=%s", id)
			a.do("PUBREL id=%s", id)
			a.want("PUBCOMP id=%s", id)
		}
		a = newClient(t, b, "client=a clean=0 session-expiry=600")
		for i := range count {
			a.want("PUBLISH topic=t payload=%d qos=1 dup id=%s", i, ids[i])
		}
	})
}

// TestOrderAfterResume: what was in flight comes again in its order, and then what waited.
func TestOrderAfterResume(t *testing.T) {
	const count, inFlight = 100, 10
	eachBroker(t, func(t *testing.T, b *server) {
		a := newClient(t, b, fmt.Sprint("client=a session-expiry=600 receive-maximum=", inFlight))
		a.do("SUBSCRIBE id=1 filter=t qos=1")
		a.want("SUBACK id=1 codes=1")
		<-newClient(t, b, "client=publisher").publishMany("t", count, make(chan struct{}, count))
		for i := range inFlight {
			a.want("PUBLISH topic=t payload=%d qos=1", i)
		}
		a.do("DISCONNECT")
		require.NoError(t, a.closes(""))

		a = newClient(t, b, fmt.Sprint("client=a clean=0 session-expiry=600 receive-maximum=", inFlight))
		for i := range count {
			dup := "0"
			if i < inFlight {
				dup = "1"
			}
			m := a.want("PUBLISH topic=t payload=%d qos=1 dup=%s", i, dup)
			a.do("PUBACK id=%s", m.get("id", ""))
		}
	})
}

// TestFullBufferDropsNoQoS1: messages that find a subscriber's connection full wait, and come in order when it reads again.
func TestFullBufferDropsNoQoS1(t *testing.T) {
	const count, size = 900, 8 << 10 // mosquitto holds 1,000 messages, we 8 MiB
	eachBroker(t, func(t *testing.T, b *server) {
		a := newClient(t, b, "client=a")
		a.do("SUBSCRIBE id=1 filter=t qos=1")
		a.want("SUBACK id=1 codes=1")
		publisher := newClient(t, b, "client=publisher")
		for i := range count {
			publisher.do("PUBLISH topic=t payload=x*%d qos=1 id=%d", size+i, i+1)
			publisher.want("PUBACK id=%d", i+1)
		}
		for i := range count {
			m := a.want("PUBLISH topic=t payload=x*%d qos=1", size+i)
			a.do("PUBACK id=%s", m.get("id", ""))
		}
	})
}

// TestDuplicateOfQoS2IsNoError: it is acknowledged as the first was.
func TestDuplicateOfQoS2IsNoError(t *testing.T) {
	eachBroker(t, func(t *testing.T, b *server) {
		a := newClient(t, b, "client=a")
		a.do("SUBSCRIBE id=1 filter=t")
		a.want("SUBACK id=1 codes=0")
		c := newClient(t, b, "client=c session-expiry=600")
		c.do("PUBLISH topic=t payload=x qos=2 id=1")
		c.want("PUBREC id=1")
		c = newClient(t, b, "client=c clean=0 session-expiry=600")
		c.do("PUBLISH topic=t payload=x qos=2 id=1 dup")
		require.Less(t, atoi(c.want("PUBREC id=1").get("reason", "0")), int64(0x80))
		c.do("PUBREL id=1")
		c.want("PUBCOMP id=1")
		a.want("PUBLISH topic=t payload=x")
		require.NoError(t, a.quiet())
	})
}

// TestStoreKeepsPacketIDs: after a restart what was in flight goes on where it was, under its packet id: a message of QoS 2,
// one of QoS 1 that was sent as it came, and one that had waited for its client. Version 3.1.1, as mosquitto forgets
// sessions of MQTT 5 that are connected when it ends.
func TestStoreKeepsPacketIDs(t *testing.T) {
	for _, b := range []struct {
		name  string
		start func(t testing.TB, addr, dir string) *server
		end   func(*server)
	}{
		{"gateway", func(t testing.TB, addr, dir string) *server { return startGatewayAt(t, addr, dir, "") }, func(s *server) { s.Kill() }},
		{"mosquitto", func(t testing.TB, addr, dir string) *server {
			return &server{programs.StartMosquitto(t, addr, dir, "persistence true"), addr}
		}, func(s *server) { s.Stop() }}, // it stores when it ends
	} {
		t.Run(b.name, func(t *testing.T) {
			addr, dir := programs.FreeAddr(t), t.TempDir()
			s := b.start(t, addr, dir)
			a := newClient(t, s, "client=a version=4 clean=0")
			a.do("SUBSCRIBE id=1 filter=t qos=2")
			a.want("SUBACK id=1 codes=2")
			a.do("DISCONNECT")
			require.NoError(t, a.closes(""))
			c := newClient(t, s, "client=c version=4 clean=0")
			c.do("PUBLISH topic=t payload=waited qos=1 id=99")
			c.want("PUBACK id=99")
			a = newClient(t, s, "client=a version=4 clean=0")
			waited := a.want("PUBLISH topic=t payload=waited qos=1").get("id", "")
			c.do("PUBLISH topic=t payload=at-once qos=1 id=99")
			c.want("PUBACK id=99")
			atOnce := a.want("PUBLISH topic=t payload=at-once qos=1").get("id", "")
			var ids []string
			for i := range 3 {
				c.do("PUBLISH topic=t payload=%d qos=2 id=%d", i, 100+i)
				c.want("PUBREC id=%d", 100+i)
				c.do("PUBREL id=%d", 100+i)
				c.want("PUBCOMP id=%d", 100+i)
				ids = append(ids, a.want("PUBLISH topic=t payload=%d qos=2", i).get("id", ""))
			}
			c.do("PUBLISH topic=u payload=x qos=2 id=200")
			c.want("PUBREC id=200")
			a.do("PUBREC id=%s", ids[1])
			a.want("PUBREL id=%s", ids[1])
			b.end(s)

			s = b.start(t, addr, dir)
			a = newClient(t, s, "client=a version=4 clean=0")
			var got []string
			for range 2 + len(ids) {
				p, err := a.receive()
				require.NoError(t, err, "behind %q", got)
				got = append(got, p.kind+" "+p.get("id", "")+" dup="+p.get("dup", "0"))
			}
			require.ElementsMatch(t, []string{
				"PUBLISH " + waited + " dup=1", "PUBLISH " + atOnce + " dup=1",
				"PUBLISH " + ids[0] + " dup=1", "PUBREL " + ids[1] + " dup=0", "PUBLISH " + ids[2] + " dup=1",
			}, got)
			other := newClient(t, s, "client=other")
			other.do("SUBSCRIBE id=1 filter=u")
			other.want("SUBACK id=1 codes=0")
			c = newClient(t, s, "client=c version=4 clean=0")
			c.do("PUBLISH topic=u payload=x qos=2 id=200 dup")
			c.want("PUBREC id=200")
			c.do("PUBREL id=200")
			c.want("PUBCOMP id=200")
		})
	}
}
