package config

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// patterns lists the Path of every key that a type has, in order, with those of the entries of its lists and maps.
func patterns(t reflect.Type, pattern string) (all []string) {
	switch t.Kind() {
	case reflect.Struct:
		for i := range t.NumField() {
			p := join(pattern, t.Field(i).Tag.Get("yaml"))
			all = append(append(all, p), patterns(t.Field(i).Type, p)...)
		}
	case reflect.Slice:
		return patterns(t.Elem(), pattern+"[]")
	case reflect.Map:
		return patterns(t.Elem(), pattern+".*")
	}
	return all
}

func TestEveryKeyHasItsRow(t *testing.T) {
	var rows []string
	for _, k := range keys {
		rows = append(rows, k.Path)
	}
	require.Equal(t, patterns(reflect.TypeFor[Config](), ""), rows)
}

func TestRowsExplain(t *testing.T) {
	for _, k := range keys {
		require.True(t, strings.HasSuffix(k.Doc, "."), "%s: doc %q is no sentence", k.Path, k.Doc)
		require.Equal(t, isSection(k.Path), k.Why == "", "%s: why is its default what it is?", k.Path)
	}
}

func TestExamplesAreAllowed(t *testing.T) {
	t.Setenv("TH7_PASSWORD", "hush")
	for _, k := range keys {
		if k.Rule.Example != "" && !strings.Contains(k.Path, "*") {
			path := strings.ReplaceAll(k.Path, "[]", "[0]")
			_, err := Load("", []string{"MQTTSN_GATEWAY_UPSTREAM_URL=mqtt://broker"}, []Setting{{"example", path, k.Rule.Example}})
			require.NoError(t, err, k.Path)
		}
	}
}
