package admin

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/engine"
)

var update = flag.Bool("update", false, "write testdata/metrics.txt and docs/metrics.md")

var kinds = map[prometheus.ValueType]string{counter: "counter", gauge: "gauge"}

// list is what testdata/metrics.txt holds.
func list() string {
	var b strings.Builder
	for _, m := range metrics {
		fmt.Fprintf(&b, "%s %s %s\n", m.name, kinds[m.kind], strings.Join(m.labels, ","))
	}
	return b.String()
}

const metricsIntroduction = `# Metrics

<!-- Made from gateway/admin by "go test ./gateway/admin -run Metrics -update". Change it there. -->

` + "`GET /metrics`" + ` of the [admin page](admin.md) gives these to Prometheus, beside the ` + "`go_` and `process_`" + ` metrics of every Go program.
Counters begin at 0 when the gateway starts. A name, once given, stays, and labels take few values: never a client id, a
topic or an address.

[configs/prometheus/alerts.yaml](../configs/prometheus/alerts.yaml) has alert rules, and
[configs/grafana/dashboard.json](../configs/grafana/dashboard.json) a dashboard to import into Grafana.

` + "```yaml" + `
scrape_configs:
  - job_name: mqttsn-gateway
    static_configs: [{targets: ["127.0.0.1:8080"]}]
    # From another machine:
    # authorization: {credentials_file: /etc/prometheus/mqttsn-gateway.token}
` + "```" + `

| metric | type | labels | |
| --- | --- | --- | --- |
`

// reference is docs/metrics.md.
func reference() string {
	var b strings.Builder
	b.WriteString(metricsIntroduction)
	for _, m := range metrics {
		labels := ""
		if len(m.labels) > 0 {
			labels = "`" + strings.Join(m.labels, "`, `") + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", m.name, kinds[m.kind], labels, m.help)
	}
	return b.String()
}

func TestMetricsKeepTheirNames(t *testing.T) {
	for file, want := range map[string]string{"testdata/metrics.txt": list(), "../../docs/metrics.md": reference()} {
		if *update {
			require.NoError(t, os.WriteFile(file, []byte(want), 0o644))
		}
		got, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, want, string(got), "%s is not current: run go test ./gateway/admin -run Metrics -update, and think of those who use the names", file)
	}
}

func TestMetricsAreWellNamed(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range metrics {
		require.Regexp(t, `^mqttsn_[a-z_]+$`, m.name)
		require.False(t, seen[m.name], m.name)
		seen[m.name] = true
		require.Equal(t, m.kind == counter, strings.HasSuffix(m.name, "_total"), m.name)
		require.NotContains(t, m.name, "_count")
		require.True(t, strings.HasSuffix(m.help, "."), m.name)
		for _, l := range m.labels {
			require.Contains(t, []string{"link", "state", "reason", "direction", "version"}, l, m.name)
		}
	}
}

// A counter that the engine has and nobody can see is of no use.
func TestEveryCounterIsAMetric(t *testing.T) {
	for _, f := range reflect.VisibleFields(reflect.TypeFor[engine.Stats]()) {
		if !f.IsExported() || f.Name == "Datagrams" || f.Name == "Sent" {
			continue // these are shown link by link
		}
		var v snapshot
		reflect.ValueOf(&v.stats).Elem().FieldByIndex(f.Index).SetUint(4711)
		shown := 0
		for _, m := range metrics {
			m.values(&Server{}, &v, func(value float64, _ ...string) {
				if value == 4711 {
					shown++
				}
			})
		}
		require.Equal(t, 1, shown, f.Name)
	}
}

func (w *world) scrape() string {
	answer, err := http.Get(w.url + "/metrics")
	require.NoError(w.t, err)
	defer answer.Body.Close()
	require.Equal(w.t, http.StatusOK, answer.StatusCode)
	var b bytes.Buffer
	_, err = io.Copy(&b, answer.Body)
	require.NoError(w.t, err)
	return b.String()
}

func TestMetrics(t *testing.T) {
	w := newWorld(t, engine.Aggregating)
	w.device(1)
	w.call("POST", "/api/v1/publish", `{"topic":"plant/th1","payload":"21","qos":1}`, nil)
	text := w.scrape()
	for _, line := range []string{
		`mqttsn_build_info{version="v1.2.3"} 1`,
		`mqttsn_ready 1`,
		`mqttsn_uptime_seconds 3600`,
		`mqttsn_devices{state="active"} 1`,
		`mqttsn_link_up{link="udp"} 1`,
		`mqttsn_link_received_datagrams_total{link="udp"} 2`,
		`mqttsn_connects_total 1`,
		`mqttsn_routed_publications_total 1`,
		`mqttsn_spool_messages 1`,
		`mqttsn_bridge_up 0`,
	} {
		require.Contains(t, text, "\n"+line+"\n")
	}
	for _, m := range metrics {
		require.Regexp(t, `(?m)^`+regexp.QuoteMeta(m.name)+`[ {]`, text, m.name)
	}
	require.Contains(t, text, "\ngo_goroutines ")

	require.NotContains(t, newWorld(t, engine.Builtin).scrape(), "mqttsn_spool_messages")
}
