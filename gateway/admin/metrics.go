package admin

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// A metric is one name of /metrics. Names, once given, stay: docs/metrics.md and testdata/metrics.txt have them.
type metric struct {
	name   string
	kind   prometheus.ValueType
	labels []string // take few values: never a client id, a topic or an address
	help   string
	values func(s *Server, v *snapshot, emit emitter)
}

// An emitter takes a value with those of its labels.
type emitter func(value float64, labels ...string)

// one makes the values of a metric without labels.
func one[T int | uint64](f func(v *snapshot) T) func(*Server, *snapshot, emitter) {
	return func(_ *Server, v *snapshot, emit emitter) { emit(float64(f(v))) }
}

// yes makes those of one that is 1 or 0.
func yes(f func(v *snapshot) bool) func(*Server, *snapshot, emitter) {
	return func(_ *Server, v *snapshot, emit emitter) { emit(truth(f(v))) }
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func (s *Server) registry() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(collector{s}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

// A collector asks the engine once for all of our metrics. Loops count in plain integers; nothing is counted here.
type collector struct{ s *Server }

func (m *metric) desc() *prometheus.Desc { return prometheus.NewDesc(m.name, m.help, m.labels, nil) }

// Describe implements prometheus.Collector.
func (c collector) Describe(ch chan<- *prometheus.Desc) {
	for i := range metrics {
		ch <- metrics[i].desc()
	}
}

// Collect implements prometheus.Collector.
func (c collector) Collect(ch chan<- prometheus.Metric) {
	var v snapshot
	if err := c.s.ask(context.Background(), v.take); err != nil {
		ch <- prometheus.NewInvalidMetric(metrics[0].desc(), err)
		return
	}
	for i := range metrics {
		m := &metrics[i]
		desc := m.desc()
		m.values(c.s, &v, func(value float64, labels ...string) {
			ch <- prometheus.MustNewConstMetric(desc, m.kind, value, labels...)
		})
	}
}
