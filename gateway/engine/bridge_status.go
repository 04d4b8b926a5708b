package engine

import (
	"encoding/json"
	"time"

	"mqttsn-gateway/mqtt"
)

// Statistics is what the bridge tells upstream about the gateway, as JSON, on BridgeConfig.StatisticsTopic. Counters count
// since the gateway started.
type Statistics struct {
	Uptime  int64          `json:"uptime_seconds"`
	Devices map[string]int `json:"devices"` // sessions by state
	Clients int            `json:"clients"` // sessions of ordinary MQTT clients

	Up        uint64 `json:"published_up"`      // publications from devices
	Down      uint64 `json:"published_down"`    // publications to devices
	Forwarded uint64 `json:"forwarded"`         // taken by the upstream broker from the spool
	Fetched   uint64 `json:"fetched"`           // from upstream
	Spool     int    `json:"spool_messages"`    // wait for the broker
	Dropped   uint64 `json:"dropped"`           // for devices, whatever the reason
	Lost      uint64 `json:"lost_devices"`      // fell silent
	Refused   uint64 `json:"refused_devices"`   // CONNECT
	Malformed uint64 `json:"malformed_packets"` // nonsense from devices
}

func (b *bridge) statistics() Statistics {
	e, s := b.e, &b.e.stats
	devices := make(map[string]int)
	for state := Disconnected; state <= Lost; state++ {
		devices[state.String()] = s.Devices(state)
	}
	return Statistics{
		Uptime: int64(e.now / time.Second), Devices: devices, Clients: len(e.clients),
		Up: s.PublishedUp, Down: s.PublishedDown, Forwarded: s.Forwarded, Fetched: s.Fetched,
		Spool: b.spool.len() + len(b.flights), Dropped: s.Dropped, Lost: s.Lost, Refused: s.Refused,
		Malformed: s.Malformed,
	}
}

// tellStatistics publishes them, and sets the time for the next.
func (b *bridge) tellStatistics() {
	b.statisticsAt = never
	if b.cfg.StatisticsTopic == "" || !b.ready() {
		return
	}
	b.statisticsAt = b.e.now + b.cfg.StatisticsEvery
	payload, err := json.Marshal(b.statistics())
	if err == nil { // of such a struct there is none
		b.send(&mqtt.Publish{Topic: b.cfg.StatisticsTopic, Payload: payload})
	}
}

// sayStatus publishes the retained word by which others know whether the gateway is there.
func (b *bridge) sayStatus(status string) {
	if b.cfg.StatusTopic != "" {
		b.send(&mqtt.Publish{Topic: b.cfg.StatusTopic, Payload: []byte(status), Retain: true})
	}
}
