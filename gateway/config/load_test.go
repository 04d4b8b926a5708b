package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/passwd"
)

func TestDefaultIsValid(t *testing.T) {
	c, err := Load("", nil, nil)
	require.NoError(t, err)
	require.Equal(t, Default(), c)
}

// TestFilesInConfigs: every sample is valid once the files are there that it names.
func TestFilesInConfigs(t *testing.T) {
	files, err := filepath.Glob("../../configs/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	dir := t.TempDir() + "/"
	writeCertificate(t, dir)
	require.NoError(t, os.WriteFile(dir+"password", []byte("hush\n"), 0o600))
	require.NoError(t, passwd.Set(dir+"users", "alice", []byte("secret")))
	for _, f := range files {
		text, err := os.ReadFile(f)
		require.NoError(t, err)
		_, err = loadText(t, []byte(strings.ReplaceAll(string(text), "/etc/mqttsn-gateway/", dir)))
		require.NoError(t, err, f)
	}
}

// TestDocumentsShowTheFiles: every configuration in these documents is one of the samples.
func TestDocumentsShowTheFiles(t *testing.T) {
	files, err := filepath.Glob("../../configs/*.yaml")
	require.NoError(t, err)
	samples := map[string]bool{}
	for _, f := range files {
		text, err := os.ReadFile(f)
		require.NoError(t, err)
		samples[string(text)] = true
	}
	for _, document := range []string{"broker.md", "cloud.md", "security.md"} {
		text, err := os.ReadFile("../../docs/" + document)
		require.NoError(t, err)
		blocks := strings.Split(string(text), "```yaml\n")[1:]
		require.NotEmpty(t, blocks, document)
		for _, b := range blocks {
			sample, _, _ := strings.Cut(b, "```\n")
			require.True(t, samples[sample], "%s shows what is no file in configs:\n%s", document, sample)
		}
	}
}

// loadText loads a file with the given text.
func loadText(t *testing.T, text []byte) (*Config, error) {
	file := filepath.Join(t.TempDir(), "gateway.yaml")
	require.NoError(t, os.WriteFile(file, text, 0o600))
	return Load(file, nil, nil)
}

func TestSampleHasEveryDefault(t *testing.T) {
	c, err := loadText(t, Sample())
	require.NoError(t, err)
	require.Equal(t, Default(), c)
	for _, k := range keys {
		name := k.Path[strings.LastIndexByte(k.Path, '.')+1:]
		require.Contains(t, string(Sample()), name+":", "the sample does not show %s", k.Path)
	}
}

// everything sets each key to a value other than its default, but for those that have only one.
func everything(t *testing.T) *Config {
	c, err := Load("testdata/everything.yaml", nil, nil)
	require.NoError(t, err)
	return c
}

var onlyOneValue = map[string]bool{
	"upstream.password_file": true, // not beside a password: TestSecret
	"upstream.ca_file":       true, // must be there: TestUpstreamFiles
	"upstream.cert_file":     true,
	"upstream.key_file":      true,

	"mqtt.listeners[].tls.cert":      true, // likewise: TestListenerFiles
	"mqtt.listeners[].tls.key":       true,
	"mqtt.listeners[].tls.client_ca": true,
	"mqtt.users_file":                true, // likewise: TestUsersFile
}

// isLeaf reports whether a value is set as a whole, and compared as one.
func isLeaf(t reflect.Type) bool {
	return isScalar(t) || t.Kind() == reflect.Map && isScalar(t.Elem())
}

// differing finds the keys whose values in to are not those of from; the entries of to's lists and maps are compared
// with fresh ones.
func differing(from, to place, found map[string]bool) {
	if isLeaf(to.value.Type()) {
		if !reflect.DeepEqual(from.value.Interface(), to.value.Interface()) {
			found[to.pattern] = true
		}
		return
	}
	for i, inner := range to.children() {
		before := place{value: newEntry(inner.value.Type())}
		if to.value.Kind() == reflect.Struct {
			before = from.children()[i]
		}
		differing(before, inner, found)
	}
}

func TestEveryKeyArrives(t *testing.T) {
	found := map[string]bool{}
	differing(whole(Default()), whole(everything(t)), found)
	for _, p := range leaves(reflect.TypeFor[Config](), "") {
		require.NotEqual(t, onlyOneValue[p], found[p], p)
	}
}

// leaves lists the Path of every key that is set as a whole.
func leaves(t reflect.Type, pattern string) (all []string) {
	switch {
	case isLeaf(t):
		return []string{pattern}
	case t.Kind() == reflect.Slice:
		return leaves(t.Elem(), pattern+"[]")
	case t.Kind() == reflect.Map:
		return leaves(t.Elem(), pattern+".*")
	}
	for i := range t.NumField() {
		all = append(all, leaves(t.Field(i).Type, join(pattern, t.Field(i).Tag.Get("yaml")))...)
	}
	return all
}

func TestYAMLReadsBack(t *testing.T) {
	for _, want := range []*Config{Default(), everything(t)} {
		got, err := loadText(t, want.YAML())
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

func TestRedacted(t *testing.T) {
	c := everything(t)
	require.NotContains(t, string(c.Redacted().YAML()), "s3cret")
	require.Equal(t, "s3cret: #1", c.Upstream.Password)
}

func TestMode(t *testing.T) {
	const url = "MQTTSN_GATEWAY_UPSTREAM_URL=mqtt://broker"
	upstream := Setting{"--upstream", "upstream.url", "mqtt://broker"}
	for _, row := range []struct {
		name  string
		file  string
		env   []string
		flags []Setting
		want  Mode
	}{
		{"nothing said", "", nil, nil, Builtin},
		{"url in file", "upstream: {url: mqtt://broker}", nil, nil, Transparent},
		{"both in file", "{gateway: {mode: builtin}, upstream: {url: mqtt://broker}}", nil, nil, Builtin},
		{"url in environment", "", []string{url}, nil, Transparent},
		{"both in environment", "", []string{url, "MQTTSN_GATEWAY_MODE=builtin"}, nil, Builtin},
		{"url by flag over mode in file", "gateway: {mode: builtin}", nil, []Setting{upstream}, Transparent},
		{"both by flag", "", nil, []Setting{{"--mode", "gateway.mode", "builtin"}, upstream}, Builtin},
		{"mode by flag over url in file", "upstream: {url: mqtt://broker}", nil,
			[]Setting{{"--mode", "gateway.mode", "builtin"}}, Builtin},
	} {
		t.Run(row.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "gateway.yaml")
			require.NoError(t, os.WriteFile(file, []byte(row.file), 0o600))
			c, err := Load(file, row.env, row.flags)
			require.NoError(t, err)
			require.Equal(t, row.want, c.Gateway.Mode)
		})
	}
}

func TestMissingFile(t *testing.T) {
	_, err := Load("testdata/none.yaml", nil, nil)
	require.EqualError(t, err, "testdata/none.yaml: there is no such file")
	_, err = Load("testdata", nil, nil)
	require.EqualError(t, err, "testdata: cannot be read: is a directory")
}
