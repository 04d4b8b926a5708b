// Package homeassistant makes the messages by which Home Assistant finds the gateway and its devices (MQTT discovery), and
// sees which of them are there. It does no I/O: whoever uses it publishes what it returns, retained.
package homeassistant

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"strings"
)

// Config says what the messages are.
type Config struct {
	Prefix  string // of the topics of discovery; Home Assistant's own is homeassistant
	Topic   string // below which the gateway says who is there
	Gateway string // its name
	Version string // of the program

	// Status is where somebody else says whether the gateway is there, with the words Online and Offline; empty: the
	// announcer does.
	Status string

	Devices int // at most so many are announced
}

// The words for who is there and who is not. A device that sleeps is there.
const (
	Online  = "online"
	Offline = "offline"
)

// A Message is to be published, retained. An empty payload takes the one before back.
type Message struct {
	Topic   string
	Payload []byte
}

// An Announcer remembers what was said. One goroutine uses it.
type Announcer struct {
	c       Config
	gateway string          // its name, fit for a topic
	online  map[string]bool // of devices that were announced, by client id
	full    bool
}

// New makes an announcer to which nobody has listened yet.
func New(c Config) *Announcer {
	return &Announcer{c: c, gateway: identifier(c.Gateway), online: make(map[string]bool)}
}

// Begin announces the gateway.
func (a *Announcer) Begin() []Message {
	id := "mqttsn_" + a.gateway
	return append(a.status(Online), a.entity(a.c.Prefix+"/binary_sensor/"+id+"/config", entity{
		Name: "Status", UniqueID: id + "_status", StateTopic: a.statusTopic(),
		Device: device{
			Identifiers: []string{id}, Name: a.c.Gateway, Model: "MQTT-SN gateway", Version: a.c.Version,
		},
	}))
}

// End says that the gateway goes.
func (a *Announcer) End() []Message { return a.status(Offline) }

// Device says whether a device is there, and announces it before if it is new. It returns nothing where nothing has changed.
// Full is true the first time that a device finds no room.
func (a *Announcer) Device(client string, online bool) (news []Message, full bool) {
	before, known := a.online[client]
	switch {
	case known && before == online:
		return nil, false
	case !known && len(a.online) >= a.c.Devices:
		full, a.full = !a.full, true
		return nil, full
	case !known:
		id := "mqttsn_" + a.gateway + "_" + identifier(client)
		news = append(news, a.entity(a.discovery(client), entity{
			Name: "Connection", UniqueID: id + "_connection", StateTopic: a.presence(client), Availability: a.statusTopic(),
			Device: device{Identifiers: []string{id}, Name: client, Via: "mqttsn_" + a.gateway},
		}))
	}
	a.online[client] = online
	return append(news, Message{a.presence(client), []byte(words[online])}), false
}

// Known reports whether a device was announced.
func (a *Announcer) Known(client string) bool {
	_, known := a.online[client]
	return known
}

// Forget takes back what was said of a device.
func (a *Announcer) Forget(client string) []Message {
	delete(a.online, client)
	return []Message{{Topic: a.discovery(client)}, {Topic: a.presence(client)}}
}

var words = map[bool]string{true: Online, false: Offline}

func (a *Announcer) status(word string) []Message {
	if a.c.Status != "" {
		return nil
	}
	return []Message{{a.statusTopic(), []byte(word)}}
}

func (a *Announcer) statusTopic() string {
	if a.c.Status != "" {
		return a.c.Status
	}
	return a.c.Topic + "/" + a.gateway + "/status"
}

func (a *Announcer) presence(client string) string {
	return a.c.Topic + "/" + a.gateway + "/devices/" + identifier(client)
}

func (a *Announcer) discovery(client string) string {
	return a.c.Prefix + "/binary_sensor/mqttsn_" + a.gateway + "/" + identifier(client) + "/config"
}

// An entity is the payload of a discovery message: https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery
type entity struct {
	Name         string `json:"name"`
	UniqueID     string `json:"unique_id"`
	Class        string `json:"device_class"`
	StateTopic   string `json:"state_topic"`
	On           string `json:"payload_on"`
	Off          string `json:"payload_off"`
	Availability string `json:"availability_topic,omitempty"`
	Category     string `json:"entity_category"`
	Device       device `json:"device"`
	Origin       origin `json:"origin"`
}

type device struct {
	Identifiers []string `json:"identifiers"`
	Name        string   `json:"name"`
	Model       string   `json:"model,omitempty"`
	Version     string   `json:"sw_version,omitempty"`
	Via         string   `json:"via_device,omitempty"`
}

type origin struct {
	Name    string `json:"name"`
	Version string `json:"sw_version"`
}

func (a *Announcer) entity(topic string, e entity) Message {
	e.Class, e.On, e.Off, e.Category = "connectivity", Online, Offline, "diagnostic"
	e.Origin = origin{"mqttsn-gateway", a.c.Version}
	payload, err := json.Marshal(e)
	if err != nil {
		panic(err) // there are only strings in it
	}
	return Message{topic, payload}
}

// identifier makes a name fit for topics and ids of Home Assistant: letters, digits, _ and -. Names that had to be changed
// end in a number, so that no two become the same.
func identifier(name string) string {
	fit := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_':
			return r
		}
		return '_'
	}, name)
	if fit == name && name != "" {
		return name
	}
	h := fnv.New64a()
	h.Write([]byte(name))
	return fmt.Sprintf("%s_%016x", fit, h.Sum64())
}
