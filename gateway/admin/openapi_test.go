package admin

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/engine"
)

// A schema is a part of openapi.yaml.
type schema struct {
	Ref        string `yaml:"$ref"`
	Type       string
	Properties map[string]schema
	Required   []string
	Items      *schema
	AllOf      []schema `yaml:"allOf"`
}

type specification struct {
	Paths map[string]map[string]struct {
		OperationID string `yaml:"operationId"`
		Summary     string
	}
	Components struct{ Schemas map[string]schema }
}

func readSpecification(t *testing.T) (s specification) {
	require.NoError(t, yaml.Unmarshal(openAPI, &s))
	return s
}

func TestOpenAPIHasEveryRoute(t *testing.T) {
	w := newWorld(t, engine.Builtin)
	want := append(slices.Collect(maps.Keys(w.server.questions())), slices.Collect(maps.Keys(w.server.others()))...)
	want = append(want, "GET /healthz", "GET /readyz")
	var got []string
	ids := map[string]bool{}
	for path, operations := range readSpecification(t).Paths {
		for method, o := range operations {
			got = append(got, strings.ToUpper(method)+" "+path)
			require.NotEmpty(t, o.Summary, path)
			require.False(t, ids[o.OperationID], o.OperationID)
			ids[o.OperationID] = true
		}
	}
	require.ElementsMatch(t, want, got)
}

var apiTypes = []any{
	Error{}, Health{}, Gateway{}, Links{}, Link{}, Nodes{}, Node{}, Upstream{}, Bridge{}, Devices{}, Device{}, DeviceCounters{}, DeviceDetail{},
	Topic{}, Subscription{}, Message{}, Approvals{}, Applicant{}, Waiting{}, Clients{}, Client{}, EventList{}, Event{}, Packet{}, Publication{}, Published{}, Reloaded{}, Change{}, Done{},
}

func TestOpenAPIHasEveryType(t *testing.T) {
	schemas := readSpecification(t).Components.Schemas
	for _, v := range apiTypes {
		typ := reflect.TypeOf(v)
		s, ok := schemas[typ.Name()]
		require.True(t, ok, typ.Name())
		checkSchema(t, typ, s)
		delete(schemas, typ.Name())
	}
	require.Empty(t, slices.Collect(maps.Keys(schemas)), "schemas of nothing")
}

// checkSchema compares the fields of a struct with a schema's: names, types, and which are always there.
func checkSchema(t *testing.T, typ reflect.Type, s schema) {
	fields := reflect.VisibleFields(typ)
	if len(s.AllOf) == 2 { // an embedded struct, which is compared by itself
		require.True(t, fields[0].Anonymous)
		require.Equal(t, "#/components/schemas/"+fields[0].Name, s.AllOf[0].Ref)
		fields, s = fields[1:], s.AllOf[1]
	}
	properties, required := map[string]string{}, []string{}
	for _, f := range fields {
		if len(f.Index) > 1 {
			continue // of the embedded struct
		}
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		properties[name] = jsonType(f.Type)
		if options == "" && typ != reflect.TypeFor[Publication]() {
			required = append(required, name)
		}
	}
	got := map[string]string{}
	for name, p := range s.Properties {
		got[name] = p.String()
	}
	require.Equal(t, properties, got, typ.Name())
	if typ == reflect.TypeFor[Publication]() {
		required = []string{"topic"} // a question may leave out what has a default
	}
	require.ElementsMatch(t, required, s.Required, typ.Name())
}

func (s schema) String() string {
	switch {
	case s.Ref != "":
		return strings.TrimPrefix(s.Ref, "#/components/schemas/")
	case s.Items != nil:
		return "array of " + s.Items.String()
	}
	return s.Type
}

func jsonType(t reflect.Type) string {
	switch {
	case t.Kind() == reflect.Pointer:
		return jsonType(t.Elem())
	case t.Kind() == reflect.Slice:
		return "array of " + jsonType(t.Elem())
	case t.Kind() == reflect.Map:
		return "object"
	case t.Kind() == reflect.String, t.PkgPath() == "time":
		return "string"
	case t.Kind() == reflect.Bool:
		return "boolean"
	case t.Kind() == reflect.Struct:
		return t.Name()
	}
	return "integer"
}
