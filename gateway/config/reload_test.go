package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// parsed is the configuration of a file.
func parsed(t *testing.T, text string) *Config {
	t.Helper()
	file := filepath.Join(t.TempDir(), "gateway.yaml")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	c, err := Load(file, nil, nil)
	require.NoError(t, err)
	return c
}

func TestReload(t *testing.T) {
	for name, row := range map[string]struct {
		old, new string
		next     string // equal to new where it is empty
		changes  []Change
	}{
		"nothing":  {old: `log: {level: debug}`, new: `log: {level: debug}`},
		"a scalar": {old: ``, new: `log: {level: debug}`, changes: []Change{{"log.level", "info", "debug", false}}},
		"with a restart": {
			old: ``, new: `{gateway: {name: barn}, limits: {device_rate: 5}}`, next: `limits: {device_rate: 5}`,
			changes: []Change{{"gateway.name", "mqttsn-gateway", "barn", true}, {"limits.device_rate", "10000", "5", false}},
		},
		"predefined topics": {
			old: `predefined: {1: a, 2: b}`, new: `predefined: {2: c, 10: d}`,
			changes: []Change{{"predefined.1", "a", `""`, false}, {"predefined.2", "b", "c", false}, {"predefined.10", `""`, "d", false}},
		},
		"rules": {
			old:     `access: [{clients: [a]}, {allow: false}]`,
			new:     `access: [{clients: [a, b]}, {allow: false}, {links: [udp], publish: []}]`,
			changes: []Change{{"access[0].clients", "[a]", "[a, b]", false}, {"access[2]", "", "{links: [udp], publish: []}", false}},
		},
		"a rule goes": {
			old: `access: [{clients: [a]}, {allow: false}]`, new: `access: [{clients: [a]}]`,
			changes: []Change{{"access[1]", "{allow: false}", "", false}},
		},
		"devices": {
			old:  `devices: {a: {no_dup: true}, b: {mode: builtin, no_dup: true}}`,
			new:  `devices: {b: {no_dup: true, predefined: {1: x}}, "c d": {mode: builtin}, e: {no_dup: true}}`,
			next: `devices: {b: {mode: builtin, no_dup: true, predefined: {1: x}}, "c d": {}, e: {no_dup: true}}`,
			changes: []Change{
				{"devices.a.no_dup", "true", "false", false},
				{"devices.b.predefined.1", `""`, "x", false}, {"devices.b.mode", "builtin", `""`, true},
				{"devices.e.no_dup", "false", "true", false},
				{`devices."c d".mode`, `""`, "builtin", true},
			},
		},
		"links": {
			old:     `links: [{name: a, predefined: {1: x}}, {name: b, listen: ":1885"}]`,
			new:     `links: [{name: a, predefined: {1: y}}, {name: b, listen: ":1886", retries: 1}]`,
			next:    `links: [{name: a, predefined: {1: y}}, {name: b, listen: ":1885", retries: 1}]`,
			changes: []Change{{"links[0].predefined.1", "x", "y", false}, {"links[1].listen", `":1885"`, `":1886"`, true}, {"links[1].retries", "4", "1", false}},
		},
		"other links": {
			old: `links: [{name: a, retries: 1}]`, new: `links: [{name: b, retries: 1, multicast: [{group: 239.0.0.1}]}]`, next: `links: [{name: a, retries: 1}]`,
			changes: []Change{{"links", "[{name: a, retries: 1}]", `[{name: b, multicast: [{group: "239.0.0.1"}], retries: 1}]`, true}},
		},
		"secrets": {
			old:     `upstream: {url: "mqtt://broker", username: u, password: old-secret, proxy: "http://a:old-secret@b:1"}`,
			new:     `upstream: {url: "mqtt://broker", username: u, password: new-secret, proxy: "http://a:new-secret@b:1"}`,
			next:    `upstream: {url: "mqtt://broker", username: u, password: new-secret, proxy: "http://a:old-secret@b:1"}`,
			changes: []Change{{"upstream.password", hidden, hidden, false}, {"upstream.proxy", hidden, hidden, true}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			old, new := parsed(t, row.old), parsed(t, row.new)
			next, changes := old.Reload(new)
			require.Equal(t, row.changes, changes)
			want := new
			if row.next != "" {
				want = parsed(t, row.next)
			}
			require.Equal(t, string(want.YAML()), string(next.YAML()))
			require.Equal(t, string(parsed(t, row.old).YAML()), string(old.YAML()), "the old one must not change")
			require.Equal(t, string(parsed(t, row.new).YAML()), string(new.YAML()), "nor the new one")
		})
	}
}

// Every value that can be set is found to be another, and is either taken or not.
func TestReloadNoticesEveryKey(t *testing.T) {
	text, err := os.ReadFile("testdata/everything.yaml")
	require.NoError(t, err)
	all := parsed(t, string(text))
	next, changes := Default().Reload(all)
	found := func(path string) bool {
		return slices.ContainsFunc(changes, func(c Change) bool {
			return strings.HasPrefix(c.Key+".", path+".") || strings.HasPrefix(c.Key, path+"[")
		})
	}
	for _, c := range whole(all).children() {
		require.True(t, found(c.path), c.path)
	}
	again, left := next.Reload(all)
	require.Equal(t, string(next.YAML()), string(again.YAML()))
	for _, c := range left {
		require.True(t, c.Restart, "%s is said to be taken, and is not", c.Key)
	}
	for _, c := range changes {
		require.Equal(t, c.Restart, slices.Contains(left, c), c.Key)
	}
}

func TestSecretsAreNotShown(t *testing.T) {
	for _, k := range keys {
		if strings.HasSuffix(k.Path, "password") {
			require.Contains(t, secret, k.Path)
		}
	}
	for _, list := range [][]string{live, secret} {
		for _, path := range list {
			require.Contains(t, keyOf, path)
		}
	}
}
