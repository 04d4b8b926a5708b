package admin

import (
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/engine"
)

// What we give people for Prometheus and Grafana must ask for metrics and labels that exist.
var observers = map[string]func([]byte, any) error{
	"../../configs/prometheus/alerts.yaml": func(b []byte, v any) error { return yaml.Unmarshal(b, v) },
	"../../configs/grafana/dashboard.json": json.Unmarshal,
}

var metricName = regexp.MustCompile(`\bmqttsn_[a-z_]+`)

func TestObserversUseMetricsThatExist(t *testing.T) {
	for file, parse := range observers {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		var v map[string]any
		require.NoError(t, parse(text, &v), file)
		names := metricName.FindAllString(string(text), -1)
		require.NotEmpty(t, names, file)
		for _, name := range names {
			require.True(t, slices.ContainsFunc(metrics, func(m metric) bool { return m.name == name }), "%s: %s", file, name)
		}
	}
}

var labelUse = regexp.MustCompile(`(?:\$labels\.|\{\{)([a-z]+)(?:\}\}| )`)

func TestObserversUseLabelsThatExist(t *testing.T) {
	known := []string{"instance"} // Prometheus's own
	for _, m := range metrics {
		known = append(known, m.labels...)
	}
	for file := range observers {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		uses := labelUse.FindAllStringSubmatch(string(text), -1)
		require.NotEmpty(t, uses, file)
		for _, use := range uses {
			require.Contains(t, known, use[1], file)
		}
	}
}

// promtool runs Prometheus's own judge of such files.
func promtool(t *testing.T, stdin string, args ...string) {
	t.Helper()
	program, err := exec.LookPath("promtool")
	if err != nil {
		if os.Getenv("CI") == "" {
			t.Skip("promtool is not installed; .ci/deps installs it")
		}
		require.NoError(t, err)
	}
	c := exec.CommandContext(t.Context(), program, args...)
	c.Stdin = strings.NewReader(stdin)
	out, err := c.CombinedOutput()
	require.NoError(t, err, "%s", out)
}

func TestPromtoolTakesTheRules(t *testing.T) {
	promtool(t, "", "check", "rules", "--lint=all", "--lint-fatal", "../../configs/prometheus/alerts.yaml")
}

// Prometheus's own conventions for names, types and help.
func TestPromtoolTakesTheMetrics(t *testing.T) {
	w := newWorld(t, engine.Aggregating)
	w.device(1)
	promtool(t, w.scrape(), "check", "metrics")
}
