package config

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFlagsOverride(t *testing.T) {
	given := map[string][]string{
		"udp":                 {":2000"},
		"mqtt":                {":2001"},
		"upstream":            {"mqtt://broker"},
		"mode":                {"transparent"},
		"data":                {""},
		"http":                {"127.0.0.1:2002"},
		"gateway-id":          {"9"},
		"predefined":          {"1=plant/th1", "2=a=b"},
		"log-level":           {"debug"},
		"allow-qos-minus-one": {"true"},
	}
	var settings []Setting
	for _, f := range Flags {
		require.NotEmpty(t, given[f.Name], f.Name)
		for _, v := range given[f.Name] {
			s, err := f.Setting(v)
			require.NoError(t, err)
			settings = append(settings, s)
		}
	}
	got, err := Load("", []string{"MQTTSN_GATEWAY_ID=8", "MQTTSN_GATEWAY_PREDEFINED={2: c, 3: d}"}, settings)
	require.NoError(t, err)

	want := Default()
	want.Links[0].Listen = ":2000"
	want.MQTT.Listeners[0].Listen = ":2001"
	want.Upstream.URL = "mqtt://broker"
	want.Gateway.Mode = Transparent
	want.HTTP.Listen = "127.0.0.1:2002"
	want.Gateway.ID = 9
	want.Predefined = map[uint16]string{1: "plant/th1", 2: "a=b", 3: "d"}
	want.Log.Level = "debug"
	want.QoSMinusOne.Allow = true
	require.Equal(t, want, got)
}

func TestFlagProblems(t *testing.T) {
	predefined := Flags[slices.IndexFunc(Flags, func(f Flag) bool { return f.Name == "predefined" })]
	for _, v := range []string{"", "1", "=x"} {
		_, err := predefined.Setting(v)
		require.ErrorContains(t, err, "not of the form ID=TOPIC")
	}
	s, err := predefined.Setting("x=y")
	require.NoError(t, err)
	_, err = Load("", nil, []Setting{s, {"--udp", "links[0].listen", "x"}, {"--gateway-id", "gateway.id", "0"}})
	require.EqualError(t, err, `--gateway-id: gateway.id: 0 is out of range; write 1 to 255
--udp: links[0].listen: x is not an address; write host:port or :port, with a port of 0 to 65535 (0: one that is free)
--predefined: predefined.x: x is not a whole number; write ids of 1 to 65534, each with a topic name`)
}
