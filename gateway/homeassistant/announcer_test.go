package homeassistant

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

var cellar = Config{Prefix: "homeassistant", Topic: "mqttsn", Gateway: "cellar", Version: "v1", Devices: 2}

// said are messages, their payloads shortened to what Home Assistant does with them.
func said(t *testing.T, news []Message) (all []string) {
	for _, m := range news {
		var e entity
		text := string(m.Payload)
		if json.Unmarshal(m.Payload, &e) == nil {
			text = e.Device.Name + " at " + e.StateTopic + " while " + e.Availability
			require.NotEmpty(t, e.UniqueID)
			require.Equal(t, []string{"connectivity", "online", "offline"}, []string{e.Class, e.On, e.Off})
		}
		all = append(all, m.Topic+": "+text)
	}
	return all
}

func TestGateway(t *testing.T) {
	a := New(cellar)
	require.Equal(t, []string{
		"mqttsn/cellar/status: online",
		"homeassistant/binary_sensor/mqttsn_cellar/config: cellar at mqttsn/cellar/status while ",
	}, said(t, a.Begin()))
	require.Equal(t, []string{"mqttsn/cellar/status: offline"}, said(t, a.End()))

	c := cellar
	c.Status = "the/bridge"
	a = New(c)
	require.Equal(t, []string{"homeassistant/binary_sensor/mqttsn_cellar/config: cellar at the/bridge while "}, said(t, a.Begin()))
	require.Empty(t, a.End())
}

func TestDevices(t *testing.T) {
	a := New(cellar)
	device := func(id string, online bool) []string {
		news, _ := a.Device(id, online)
		return said(t, news)
	}
	const config, presence = "homeassistant/binary_sensor/mqttsn_cellar/th7/config: ", "mqttsn/cellar/devices/th7: "
	require.False(t, a.Known("th7"))
	require.Equal(t, []string{config + "th7 at mqttsn/cellar/devices/th7 while mqttsn/cellar/status", presence + "online"}, device("th7", true))
	require.True(t, a.Known("th7"))
	require.Empty(t, device("th7", true))
	require.Equal(t, []string{presence + "offline"}, device("th7", false))
	require.Equal(t, []string{presence + "online"}, device("th7", true))
	require.Equal(t, []string{config, presence}, said(t, a.Forget("th7")))
	require.Len(t, device("th7", true), 2, "it is announced anew")
}

// Who makes up client ids cannot make the broker keep messages without end.
func TestDevicesAreBounded(t *testing.T) {
	a := New(cellar)
	a.Device("a", true)
	a.Device("b", true)
	news, full := a.Device("c", true)
	require.Empty(t, news)
	require.True(t, full)
	_, full = a.Device("d", true)
	require.False(t, full, "it is said once")
	a.Forget("a")
	news, _ = a.Device("d", true)
	require.NotEmpty(t, news)
}

func TestIdentifiers(t *testing.T) {
	require.Equal(t, "th-7_B", identifier("th-7_B"))
	seen := map[string]string{}
	for _, name := range []string{"", "a/b", "a_b", "a+b", "a b", "ä", "#"} {
		id := identifier(name)
		require.Regexp(t, `^[A-Za-z0-9_-]+$`, id, name)
		require.Empty(t, seen[id], name)
		seen[id] = name + " "
	}
}
