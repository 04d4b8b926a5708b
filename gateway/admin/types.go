package admin

import "time"

// These are the API's words; openapi.yaml explains them. A time that is not known is left out. Durations are seconds.

// Error is the answer where there is no other.
type Error struct {
	Error string `json:"error"`
}

// Health says whether something is well, and if not, why.
type Health struct {
	OK      bool     `json:"ok"`
	Reasons []string `json:"reasons,omitempty"`
}

// Gateway is the overview.
type Gateway struct {
	Name    string    `json:"name"`
	ID      uint8     `json:"id"`
	Mode    string    `json:"mode"`
	Version string    `json:"version"`
	Started time.Time `json:"started"`
	Ready   Health    `json:"ready"`

	Devices       map[string]int `json:"devices"` // by state
	Clients       int            `json:"clients"`
	Queued        int            `json:"queued"`
	InFlight      int            `json:"in_flight"`
	Subscriptions int            `json:"subscriptions"`
	Retained      int            `json:"retained"`

	// Counters go up since the gateway started.
	Counters map[string]uint64 `json:"counters"`
}

// Links is every link.
type Links struct {
	Links []Link `json:"links"`
}

// Link is one radio, or socket, on which devices are heard.
type Link struct {
	Name        string    `json:"name"`
	Type        string    `json:"type"`
	Up          bool      `json:"up"`
	DownSince   time.Time `json:"down_since,omitzero"`
	Problem     string    `json:"problem,omitempty"`
	Modem       string    `json:"modem,omitempty"`
	Nodes       bool      `json:"nodes"` // there is a list of them
	MTU         int       `json:"mtu"`
	Devices     int       `json:"devices"`
	Received    uint64    `json:"received"`
	Sent        uint64    `json:"sent"`
	Dropped     uint64    `json:"dropped"`
	Undelivered uint64    `json:"undelivered"`
	Downs       uint64    `json:"downs"`
}

// Upstream is how the gateway stands with the upstream broker.
type Upstream struct {
	URL      string  `json:"url"` // of the one in use; empty: there is none
	Sessions int     `json:"sessions"`
	Ready    int     `json:"ready"`
	Failing  int     `json:"failing"`
	Messages int     `json:"messages"`
	Bridge   *Bridge `json:"bridge,omitempty"`
}

// Bridge is the one connection of aggregating mode.
type Bridge struct {
	State             string `json:"state"`
	Attempts          int    `json:"attempts"`
	SpoolMessages     int    `json:"spool_messages"`
	SpoolBytes        int    `json:"spool_bytes"`
	SpoolMessageLimit int    `json:"spool_message_limit"`
	SpoolByteLimit    int    `json:"spool_byte_limit"`
	InFlight          int    `json:"in_flight"`
}

// Devices is a page of the list of devices.
type Devices struct {
	Total   int      `json:"total"` // that match
	Offset  int      `json:"offset"`
	Devices []Device `json:"devices"`
}

// Device is one device's session.
type Device struct {
	ID            string         `json:"id"`
	State         string         `json:"state"`
	Version       string         `json:"version"` // of MQTT-SN: "1.2" or "2.0"
	User          string         `json:"user,omitempty"`
	Link          string         `json:"link,omitempty"`
	Address       string         `json:"address,omitempty"`
	Identity      string         `json:"identity,omitempty"`
	Connecting    bool           `json:"connecting"`
	Clean         bool           `json:"clean"`
	Stalled       bool           `json:"stalled"`
	KeepAlive     int            `json:"keep_alive"`
	LastHeard     time.Time      `json:"last_heard"`
	SleepsUntil   time.Time      `json:"sleeps_until,omitzero"`
	StateEnds     time.Time      `json:"state_ends,omitzero"`
	Topics        int            `json:"topics"`
	Subscriptions int            `json:"subscriptions"`
	Queued        int            `json:"queued"`
	QueuedBytes   int            `json:"queued_bytes"`
	InFlight      int            `json:"in_flight"`
	Counters      DeviceCounters `json:"counters"`
}

// DeviceCounters go up since the session began, or the gateway was started.
type DeviceCounters struct {
	Received        uint32 `json:"received"`
	Sent            uint32 `json:"sent"`
	PublishedUp     uint32 `json:"published_up"`
	PublishedDown   uint32 `json:"published_down"`
	Retransmissions uint32 `json:"retransmissions"`
	Dropped         uint32 `json:"dropped"`
	Refused         uint32 `json:"refused"`
}

// DeviceDetail is everything about one device.
type DeviceDetail struct {
	Device
	WillTopic        string         `json:"will_topic,omitempty"`
	TopicList        []Topic        `json:"topic_list"`
	SubscriptionList []Subscription `json:"subscription_list"`
	MessageList      []Message      `json:"message_list"`
	Events           []Event        `json:"events"`
}

// Topic is a topic that a device has an id for.
type Topic struct {
	ID      uint16 `json:"id"`
	Name    string `json:"name"`
	Known   bool   `json:"known"`
	Refused bool   `json:"refused"`
}

// Subscription is one subscription.
type Subscription struct {
	Filter string `json:"filter"`
	QoS    uint8  `json:"qos"`
}

// Message is a message that waits.
type Message struct {
	Topic    string `json:"topic"`
	QoS      uint8  `json:"qos"`
	Bytes    int    `json:"bytes"`
	InFlight bool   `json:"in_flight"`
	Tries    int    `json:"tries"`
}

// Approvals are the devices that only connect once they are approved.
type Approvals struct {
	Waiting  []Waiting   `json:"waiting"`  // in the order in which they were first refused
	Approved []Applicant `json:"approved"` // by client id
}

// Applicant is a device as it is approved.
type Applicant struct {
	Client   string `json:"client"`
	Link     string `json:"link"`
	Identity string `json:"identity"` // proven by the link; empty where it proves nothing
}

// Waiting is a device that waits for approval.
type Waiting struct {
	Applicant
	Address  string    `json:"address"`
	First    time.Time `json:"first"`
	Last     time.Time `json:"last"`
	Attempts int       `json:"attempts"`
}

// Clients is a page of the list of ordinary MQTT clients.
type Clients struct {
	Total   int      `json:"total"`
	Offset  int      `json:"offset"`
	Clients []Client `json:"clients"`
}

// Client is the session of an ordinary MQTT client.
type Client struct {
	ID            string    `json:"id"`
	Connected     bool      `json:"connected"`
	Address       string    `json:"address,omitempty"`
	Listener      string    `json:"listener,omitempty"`
	Version       string    `json:"version"`
	KeepAlive     int       `json:"keep_alive"`
	LastHeard     time.Time `json:"last_heard"`
	GoneSince     time.Time `json:"gone_since,omitzero"`
	Subscriptions int       `json:"subscriptions"`
	Queued        int       `json:"queued"`
	InFlight      int       `json:"in_flight"`
	Dropped       uint64    `json:"dropped"`
}

// EventList is the recent events, the newest last.
type EventList struct {
	Events []Event `json:"events"`
}

// Event is something that happened, as the log has it.
type Event struct {
	Seq     uint64    `json:"seq"`
	Time    time.Time `json:"time"`
	Level   string    `json:"level"`
	Event   string    `json:"event"`
	Client  string    `json:"client,omitempty"`
	Link    string    `json:"link,omitempty"`
	Address string    `json:"address,omitempty"`
	Detail  string    `json:"detail,omitempty"`
}

// Packet is a datagram that passed the gateway.
type Packet struct {
	Time      time.Time `json:"time"`
	Direction string    `json:"direction"`
	Broadcast bool      `json:"broadcast"`
	Link      string    `json:"link"`
	Address   string    `json:"address,omitempty"`
	Client    string    `json:"client,omitempty"`
	Version   string    `json:"version,omitempty"`
	Text      string    `json:"text"`
	Octets    string    `json:"octets"`
	Lost      uint64    `json:"lost"`
}

// Publication is a message to be published.
type Publication struct {
	Topic   string `json:"topic"`
	Payload string `json:"payload"`
	QoS     uint8  `json:"qos"`
	Retain  bool   `json:"retain"`
}

// Published says what became of a publication.
type Published struct {
	Sessions int `json:"sessions"` // that it went to
}

// Reloaded says what is different since the configuration was read again.
type Reloaded struct {
	Changes []Change `json:"changes"`
}

// Change is a key of the configuration whose value is another than before.
type Change struct {
	Key     string `json:"key"`
	From    string `json:"from"`
	To      string `json:"to"`
	Restart bool   `json:"restart"` // it takes effect with a restart
}

// Done is the answer to a command that succeeded.
type Done struct {
	Done bool `json:"done"`
}
