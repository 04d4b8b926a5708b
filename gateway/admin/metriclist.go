package admin

import (
	"github.com/prometheus/client_golang/prometheus"

	"mqttsn-gateway/gateway/engine"
)

const (
	counter = prometheus.CounterValue
	gauge   = prometheus.GaugeValue
)

// metrics are all of ours.
var metrics = []metric{
	{
		"mqttsn_build_info", gauge, []string{"version"}, "Always 1; the version of the gateway is in the label.",
		buildInfo,
	},
	{
		"mqttsn_ready", gauge, nil, "1 if the gateway can serve devices, as /readyz says.",
		yes(func(v *snapshot) bool { return v.health().OK }),
	},
	{
		"mqttsn_uptime_seconds", gauge, nil, "Time since the gateway started.",
		func(_ *Server, v *snapshot, emit emitter) { emit(v.now.Seconds()) },
	},
	{
		"mqttsn_store_up", gauge, nil, "0 while the disk takes no records.",
		yes(func(v *snapshot) bool { return !v.stuck }),
	},
	{
		"mqttsn_devices", gauge, []string{"state"}, "Sessions of devices by state: active, awake, asleep, lost, disconnected.",
		deviceStates,
	},
	{
		"mqttsn_clients", gauge, nil, "Sessions of ordinary MQTT clients.",
		one(func(v *snapshot) int { return v.counts.Clients }),
	},
	{
		"mqttsn_connections", gauge, nil, "MQTT connections: of clients, and to the upstream broker.",
		one(func(v *snapshot) int { return v.counts.Conns }),
	},
	{
		"mqttsn_queued_messages", gauge, nil, "Messages that wait in sessions.",
		one(func(v *snapshot) int { return v.counts.Queued }),
	},
	{
		"mqttsn_inflight_messages", gauge, nil, "Messages that were sent and are not acknowledged.",
		one(func(v *snapshot) int { return v.counts.InFlight }),
	},
	{
		"mqttsn_inbound_messages", gauge, nil, "Messages whose senders wait for an acknowledgement, or owe a PUBREL.",
		one(func(v *snapshot) int { return v.counts.Inbound }),
	},
	{
		"mqttsn_subscriptions", gauge, nil, "Subscriptions of devices and clients in the router.",
		one(func(v *snapshot) int { return v.counts.Subscriptions }),
	},
	{
		"mqttsn_retained_messages", gauge, nil, "Retained messages.",
		one(func(v *snapshot) int { return v.counts.Retained }),
	},
	{
		"mqttsn_link_up", gauge, []string{"link"}, "1 if the link is up.",
		perLink(func(l *engine.LinkInfo) float64 { return truth(!l.Down) }),
	},
	{
		"mqttsn_link_devices", gauge, []string{"link"}, "Devices whose address is on the link.",
		perLink(func(l *engine.LinkInfo) float64 { return float64(l.Devices) }),
	},
	{
		"mqttsn_link_received_datagrams_total", counter, []string{"link"}, "Datagrams received.",
		perLink(func(l *engine.LinkInfo) float64 { return float64(l.Received) }),
	},
	{
		"mqttsn_link_sent_datagrams_total", counter, []string{"link"}, "Datagrams sent, without broadcasts.",
		perLink(func(l *engine.LinkInfo) float64 { return float64(l.Sent) }),
	},
	{
		"mqttsn_link_dropped_datagrams_total", counter, []string{"link"}, "Datagrams received that made no sense.",
		perLink(func(l *engine.LinkInfo) float64 { return float64(l.Dropped) }),
	},
	{
		"mqttsn_link_undelivered_datagrams_total", counter, []string{"link"}, "Datagrams sent of which the link says that they did not arrive.",
		perLink(func(l *engine.LinkInfo) float64 { return float64(l.Undelivered) }),
	},
	{
		"mqttsn_link_downs_total", counter, []string{"link"}, "How often the link went down.",
		perLink(func(l *engine.LinkInfo) float64 { return float64(l.Downs) }),
	},
	{
		"mqttsn_dropped_datagrams_total", counter, []string{"reason"}, "Datagrams dropped, by reason: malformed, unknown_type, rate_limit, ambiguous.",
		droppedDatagrams,
	},
	{
		"mqttsn_protected_datagrams_total", counter, nil, "Protected packets (MQTT-SN 2.0) that were opened.",
		one(func(v *snapshot) uint64 { return v.stats.Protected }),
	},
	{
		"mqttsn_protection_refused_total", counter, []string{"reason"}, "Packets refused for their protection, by reason: forged, replayed, no_key, " +
			"unprotected (the link wants it), disk (that they were served could not be written down).",
		refusedProtection,
	},
	{
		"mqttsn_unsealed_datagrams_total", counter, nil, "Packets not sent because there was no key, or no value of the counter, to protect them.",
		one(func(v *snapshot) uint64 { return v.stats.Unsealed }),
	},
	{
		"mqttsn_protocol_errors_total", counter, nil, "Connections ended because a device broke the rules of MQTT-SN 2.0.",
		one(func(v *snapshot) uint64 { return v.stats.ProtocolErrors }),
	},
	{
		"mqttsn_stranger_datagrams_total", counter, nil, "Datagrams from senders without a session.",
		one(func(v *snapshot) uint64 { return v.stats.Strangers }),
	},
	{
		"mqttsn_oversize_datagrams_total", counter, nil, "Datagrams not sent: longer than the link carries.",
		one(func(v *snapshot) uint64 { return v.stats.TooLong }),
	},
	{
		"mqttsn_retransmissions_total", counter, nil, "Datagrams sent again because no answer came.",
		one(func(v *snapshot) uint64 { return v.stats.Retransmissions }),
	},
	{
		"mqttsn_connects_total", counter, nil, "CONNECTs of devices that were accepted.",
		one(func(v *snapshot) uint64 { return v.stats.Connects }),
	},
	{
		"mqttsn_connects_refused_total", counter, nil, "CONNECTs of devices that were refused.",
		one(func(v *snapshot) uint64 { return v.stats.Refused }),
	},
	{
		"mqttsn_devices_lost_total", counter, nil, "Devices that fell silent.",
		one(func(v *snapshot) uint64 { return v.stats.Lost }),
	},
	{
		"mqttsn_sessions_expired_total", counter, nil, "Stored sessions of devices that came to their end.",
		one(func(v *snapshot) uint64 { return v.stats.Expired }),
	},
	{
		"mqttsn_sessions_moved_total", counter, nil, "Sessions that went on at another address.",
		one(func(v *snapshot) uint64 { return v.stats.Moved }),
	},
	{
		"mqttsn_moves_refused_total", counter, nil, "Devices refused from another address than their session's.",
		one(func(v *snapshot) uint64 { return v.stats.MovesRefused }),
	},
	{
		"mqttsn_publications_total", counter, []string{"direction"}, "Publications from devices (up) and to devices (down).",
		publications,
	},
	{
		"mqttsn_publications_refused_total", counter, nil, "Publications from devices that were not taken.",
		one(func(v *snapshot) uint64 { return v.stats.PublicationsRefused }),
	},
	{
		"mqttsn_forbidden_total", counter, nil, "What access rules have forbidden: connecting, publishing, subscribing.",
		one(func(v *snapshot) uint64 { return v.stats.Forbidden }),
	},
	{
		"mqttsn_unapproved_total", counter, nil, "CONNECTs refused because no operator has approved the device.",
		one(func(v *snapshot) uint64 { return v.stats.Unapproved }),
	},
	{
		"mqttsn_unlisted_total", counter, nil, "Of these: of devices that found no room on the list of those that wait for approval.",
		one(func(v *snapshot) uint64 { return v.stats.Unlisted }),
	},
	{
		"mqttsn_anonymous_publications_total", counter, nil, "Publications of QoS -1 that were taken.",
		one(func(v *snapshot) uint64 { return v.stats.QoSNeg1 }),
	},
	{
		"mqttsn_anonymous_publications_refused_total", counter, nil, "Publications of QoS -1 that were not taken.",
		one(func(v *snapshot) uint64 { return v.stats.QoSNeg1Refused }),
	},
	{
		"mqttsn_messages_dropped_total", counter, nil, "Messages for devices that were given up, whatever the reason.",
		one(func(v *snapshot) uint64 { return v.stats.Dropped }),
	},
	{
		"mqttsn_messages_dropped_queue_full_total", counter, nil, "Of the messages dropped: the queue was full.",
		one(func(v *snapshot) uint64 { return v.stats.QueueOverflow }),
	},
	{
		"mqttsn_messages_dropped_undeliverable_total", counter, nil, "Of the messages dropped: the device does not take them.",
		one(func(v *snapshot) uint64 { return v.stats.Undeliverable }),
	},
	{
		"mqttsn_messages_expired_total", counter, nil, "Messages whose expiry passed before they could be delivered.",
		one(func(v *snapshot) uint64 { return v.stats.ExpiredMessages }),
	},
	{
		"mqttsn_retained_refused_total", counter, nil, "Messages that could not be retained for want of room.",
		one(func(v *snapshot) uint64 { return v.stats.RetainedDropped }),
	},
	{
		"mqttsn_gateway_id_conflicts_total", counter, nil, "Signs of another gateway with our gateway id.",
		one(func(v *snapshot) uint64 { return v.stats.SameGatewayID }),
	},
	{
		"mqttsn_routed_publications_total", counter, nil, "Publications through the router.",
		one(func(v *snapshot) uint64 { return v.stats.Routed }),
	},
	{
		"mqttsn_client_connects_total", counter, nil, "CONNECTs of ordinary clients that were accepted.",
		one(func(v *snapshot) uint64 { return v.stats.ClientConnects }),
	},
	{
		"mqttsn_client_connects_refused_total", counter, nil, "CONNECTs of ordinary clients that were refused.",
		one(func(v *snapshot) uint64 { return v.stats.ClientRefused }),
	},
	{
		"mqttsn_client_publications_total", counter, []string{"direction"}, "Publications from ordinary clients (up) and to them (down).",
		clientPublications,
	},
	{
		"mqttsn_client_payload_bytes_total", counter, []string{"direction"}, "Payloads of publications from ordinary clients (up) and to them (down).",
		clientPayload,
	},
	{
		"mqttsn_client_messages_dropped_total", counter, nil, "Messages for ordinary clients that were given up.",
		one(func(v *snapshot) uint64 { return v.stats.ClientDropped }),
	},
	{
		"mqttsn_upstream_sessions", gauge, nil, "Sessions of devices at the upstream broker.",
		one(func(v *snapshot) int { return v.upstream.Sessions }),
	},
	{
		"mqttsn_upstream_sessions_ready", gauge, nil, "Of these: connected.",
		one(func(v *snapshot) int { return v.upstream.Ready }),
	},
	{
		"mqttsn_upstream_sessions_failing", gauge, nil, "Of these: could not connect, and try again.",
		one(func(v *snapshot) int { return v.upstream.Failing }),
	},
	{
		"mqttsn_upstream_messages", gauge, nil, "Messages of devices on their way to the upstream broker.",
		one(func(v *snapshot) int { return v.upstream.Messages }),
	},
	{
		"mqttsn_upstream_connects_total", counter, nil, "Connections that the upstream broker accepted.",
		one(func(v *snapshot) uint64 { return v.stats.UplinkConnects }),
	},
	{
		"mqttsn_upstream_connects_refused_total", counter, nil, "Connections that the upstream broker refused.",
		one(func(v *snapshot) uint64 { return v.stats.UplinkRefused }),
	},
	{
		"mqttsn_upstream_lost_total", counter, nil, "Connections to the upstream broker that were lost or could not be made.",
		one(func(v *snapshot) uint64 { return v.stats.UplinkLost }),
	},
	{
		"mqttsn_bridge_up", gauge, nil, "1 if the bridge of aggregating mode is connected.",
		ofBridge(func(b *engine.BridgeInfo) int { return int(truth(b.State == "ready")) }),
	},
	{
		"mqttsn_spool_messages", gauge, nil, "Messages that wait for the upstream broker in aggregating mode.",
		ofBridge(func(b *engine.BridgeInfo) int { return b.Spool }),
	},
	{
		"mqttsn_spool_bytes", gauge, nil, "Memory that they take.",
		ofBridge(func(b *engine.BridgeInfo) int { return b.SpoolBytes }),
	},
	{
		"mqttsn_spool_limit_messages", gauge, nil, "How many messages may wait.",
		ofBridge(func(b *engine.BridgeInfo) int { return b.Limit.Messages }),
	},
	{
		"mqttsn_spool_limit_bytes", gauge, nil, "How much memory they may take.",
		ofBridge(func(b *engine.BridgeInfo) int { return b.Limit.Bytes }),
	},
	{
		"mqttsn_spool_forwarded_total", counter, nil, "Publications that the upstream broker has taken from the spool.",
		one(func(v *snapshot) uint64 { return v.stats.Forwarded }),
	},
	{
		"mqttsn_spool_dropped_total", counter, nil, "Publications that could not go upstream.",
		one(func(v *snapshot) uint64 { return v.stats.SpoolDropped }),
	},
	{
		"mqttsn_spool_aged_total", counter, nil, "Publications that waited in the spool for longer than they may.",
		one(func(v *snapshot) uint64 { return v.stats.SpoolAged }),
	},
	{
		"mqttsn_bridge_fetched_total", counter, nil, "Publications that came from the upstream broker.",
		one(func(v *snapshot) uint64 { return v.stats.Fetched }),
	},
}

func buildInfo(s *Server, _ *snapshot, emit emitter) { emit(1, s.cfg.Gateway.Version) }

func deviceStates(_ *Server, v *snapshot, emit emitter) {
	for _, state := range states {
		emit(float64(v.stats.Devices(state)), state.String())
	}
}

func droppedDatagrams(_ *Server, v *snapshot, emit emitter) {
	emit(float64(v.stats.Malformed), "malformed")
	emit(float64(v.stats.UnknownType), "unknown_type")
	emit(float64(v.stats.Limited), "rate_limit")
	emit(float64(v.stats.Ambiguous), "ambiguous")
}

func refusedProtection(_ *Server, v *snapshot, emit emitter) {
	emit(float64(v.stats.Forged), "forged")
	emit(float64(v.stats.Replayed), "replayed")
	emit(float64(v.stats.NoKey), "no_key")
	emit(float64(v.stats.Unprotected), "unprotected")
	emit(float64(v.stats.Unremembered), "disk")
}

func publications(_ *Server, v *snapshot, emit emitter) {
	emit(float64(v.stats.PublishedUp), "up")
	emit(float64(v.stats.PublishedDown), "down")
}

func clientPublications(_ *Server, v *snapshot, emit emitter) {
	emit(float64(v.stats.ClientReceived), "up")
	emit(float64(v.stats.ClientSent), "down")
}

func clientPayload(_ *Server, v *snapshot, emit emitter) {
	emit(float64(v.stats.ClientReceivedBytes), "up")
	emit(float64(v.stats.ClientSentBytes), "down")
}

func perLink(f func(l *engine.LinkInfo) float64) func(*Server, *snapshot, emitter) {
	return func(_ *Server, v *snapshot, emit emitter) {
		for i := range v.links {
			emit(f(&v.links[i]), v.links[i].Name)
		}
	}
}

// ofBridge makes the values of a metric that only aggregating mode has.
func ofBridge(f func(b *engine.BridgeInfo) int) func(*Server, *snapshot, emitter) {
	return func(_ *Server, v *snapshot, emit emitter) {
		if b := v.upstream.Bridge; b != nil {
			emit(float64(f(b)))
		}
	}
}
