// Package admin lets people and machines see and operate a running gateway: an HTTP server with a JSON API under /api/v1,
// which openapi.yaml describes, a page that uses it, /healthz, /readyz, and /metrics for Prometheus.
//
//	server.go    the server: its limits and its end
//	routes.go    which request goes where
//	guard.go     who may ask: tokens, and protection from other sites' pages
//	types.go     what the API says
//	overview.go  gateway, links, upstream, health
//	radio.go     what modems tell of themselves and of nodes
//	devices.go   devices and clients
//	approval.go  devices that wait for approval
//	operate.go   kick, forget, publish
//	events.go    the recent events, stream.go their live tail
//	trace.go     packets as they pass, in words and as a capture
//	metrics.go   the metrics, metriclist.go their list
//	remote.go    the API from Go, for the command line
//
// Everything that is shown is asked of the engine through its loop (see [Config]); nothing here touches it otherwise. What
// is asked in one go is short, so that devices do not wait for a page: long lists are searched and sorted outside.
package admin
