package brokertest

import (
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/e2e/programs"
)

// figures are what programs that watch a broker read most.
var figures = map[string]*regexp.Regexp{
	"version":                   regexp.MustCompile(`^\S+ .*\S`),
	"uptime":                    regexp.MustCompile(`^\d+ seconds$`),
	"clients/total":             numeric,
	"clients/connected":         numeric,
	"clients/disconnected":      numeric,
	"clients/maximum":           numeric,
	"subscriptions/count":       numeric,
	"retained messages/count":   numeric,
	"publish/messages/received": numeric,
	"publish/messages/sent":     numeric,
	"publish/bytes/received":    numeric,
	"publish/bytes/sent":        numeric,
}

var numeric = regexp.MustCompile(`^\d+$`)

// TestFigures: the broker tells of itself under $SYS, to those who subscribe to it and not to those of #.
func TestFigures(t *testing.T) {
	t.Parallel()
	eachBroker(t, func(t *testing.T, b *server) {
		a := newClient(t, b, "client=a version=4") // mosquitto adds an expiry in MQTT 5
		a.do(`SUBSCRIBE id=1 filter=#`)
		a.want("SUBACK id=1 codes=0")
		require.NoError(t, a.quiet())
		for name, pattern := range figures {
			a.do(`SUBSCRIBE id=2 filter="$SYS/broker/%s"`, name)
			a.want("SUBACK id=2 codes=0")
			m := a.want(`PUBLISH topic="$SYS/broker/%s" payload=* retain=0|1`, name) // 0: it came with the next interval
			require.Regexp(t, pattern, m.get("payload", ""), name)
			a.do(`UNSUBSCRIBE id=3 filter="$SYS/broker/%s"`, name)
			for p := (packet{}); p.kind != "UNSUBACK"; { // the next figure may come before it
				var err error
				p, err = a.receive()
				require.NoError(t, err)
			}
		}
	})
}

// TestFiguresCount: figures follow what happens.
func TestFiguresCount(t *testing.T) {
	t.Parallel()
	b := startGatewayAt(t, programs.FreeAddr(t), "", "  sys_interval: 1s\n")
	a := newClient(t, b, "client=a")
	a.do("SUBSCRIBE id=1 filter=$SYS/broker/clients/connected")
	a.want("SUBACK id=1 codes=0")
	until := func(want string) {
		for deadline := time.Now().Add(patience); ; {
			p, err := a.receive()
			require.NoError(t, err)
			if p.get("payload", "") == want {
				return
			}
			require.True(t, time.Now().Before(deadline), "got %v, want %s", p, want)
		}
	}
	until("1")
	c := newClient(t, b, "client=c")
	until("2")
	c.Close()
	until("1")
}
