package config

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestVariable(t *testing.T) {
	for path, want := range map[string]string{
		"gateway":                      "",
		"gateway.mode":                 "MQTTSN_GATEWAY_MODE",
		"log.level":                    "MQTTSN_GATEWAY_LOG_LEVEL",
		"links":                        "MQTTSN_GATEWAY_LINKS",
		"links[].retry_interval":       "MQTTSN_GATEWAY_LINKS_N_RETRY_INTERVAL",
		"links[].multicast[].group":    "MQTTSN_GATEWAY_LINKS_N_MULTICAST_N_GROUP",
		"sessions.queue":               "",
		"sessions.queue.bytes":         "MQTTSN_GATEWAY_SESSIONS_QUEUE_BYTES",
		"predefined":                   "MQTTSN_GATEWAY_PREDEFINED",
		"devices":                      "MQTTSN_GATEWAY_DEVICES",
		"devices.*.no_dup":             "",
		"sessions.queue.qos0_overflow": "MQTTSN_GATEWAY_SESSIONS_QUEUE_QOS0_OVERFLOW",
	} {
		require.Equal(t, want, Variable(path), path)
	}
	names := map[string]string{}
	for _, k := range keys {
		if v := Variable(k.Path); v != "" {
			require.Empty(t, names[v], "%s has the name of another", k.Path)
			names[v] = k.Path
		}
	}
}

// variables writes everything in p as environment variables, one for each value that can have its own.
func variables(p place) (env []string) {
	name := Variable(p.pattern)
	for _, n := range pathPart.FindAllString(p.path, -1) {
		if n[0] >= '0' && n[0] <= '9' {
			name = strings.Replace(name, "_N", "_"+n, 1)
		}
	}
	switch {
	case isScalar(p.value.Type()):
		return []string{name + "=" + strings.Trim(show(p.value.Interface()), `"`)}
	case p.value.Kind() == reflect.Slice && isScalar(p.value.Type().Elem()):
		return []string{name + "=" + listed(p)}
	case p.value.Kind() == reflect.Map:
		var w writer
		w.inside(p, "")
		return []string{name + "=" + w.String()}
	}
	for _, c := range p.children() {
		env = append(env, variables(c)...)
	}
	return env
}

func TestEveryKeyArrivesFromTheEnvironment(t *testing.T) {
	want := everything(t)
	got, err := Load("", variables(whole(want)), nil)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func TestListFromTheEnvironment(t *testing.T) {
	c, err := Load("", []string{
		`MQTTSN_GATEWAY_LINKS=[{name: a, listen: ":1"}, {name: b, listen: ":2"}]`,
		`MQTTSN_GATEWAY_LINKS_1_LISTEN=:3`,
		`MQTTSN_GATEWAY_LINKS_2_NAME=c`,
		`MQTTSN_GATEWAY_NAME=`,
		`MQTTSN_OTHER=1`,
	}, nil)
	require.NoError(t, err)
	require.Len(t, c.Links, 3)
	require.Equal(t, []string{":1", ":3", ":1884"}, []string{c.Links[0].Listen, c.Links[1].Listen, c.Links[2].Listen})
	require.Equal(t, Default().Gateway.Name, c.Gateway.Name, "an empty variable is like none")
}

func TestProblemsOfTheEnvironment(t *testing.T) {
	_, err := Load("", []string{
		"MQTTSN_GATEWAY_LINKS_0_LISTN=:1",
		"MQTTSN_GATEWAY_LINKS_2_LISTEN=:1",
		"MQTTSN_GATEWAY_ID=300",
		"MQTTSN_GATEWAY_SESSIONS_MAX=0",
		"MQTTSN_GATEWAY_PREDEFINED=[",
		"MQTTSN_GATEWAY_DEVICES={th7: {nodup: true}}",
	}, nil)
	require.EqualError(t, err, strings.TrimSpace(`
MQTTSN_GATEWAY_LINKS_0_LISTN: no such setting; did you mean MQTTSN_GATEWAY_LINKS_N_LISTEN?
MQTTSN_GATEWAY_DEVICES: devices.th7.nodup: unknown key; did you mean no_dup?
MQTTSN_GATEWAY_ID: gateway.id: 300 is out of range; write 1 to 255
MQTTSN_GATEWAY_LINKS_2_LISTEN: links[2]: there are only 1; number from 0 without gaps
MQTTSN_GATEWAY_PREDEFINED: predefined: sequence end token ']' not found
MQTTSN_GATEWAY_SESSIONS_MAX: sessions.max: 0 is out of range; write 1 to 10000000`))
}
