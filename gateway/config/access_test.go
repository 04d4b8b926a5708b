package config

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAccess(t *testing.T) {
	c, err := loadText(t, []byte(`
access:
  - {clients: ["pump-*", th7], publish: ["plant/%c/#"], subscribe: []}
  - allow: false
`))
	require.NoError(t, err)
	all := []string{"*"}
	require.Equal(t, []AccessRule{
		{
			Clients: []string{"pump-*", "th7"}, Links: all, Addresses: all, Users: all, Allow: true,
			Publish: []string{"plant/%c/#"},
		},
		{Clients: all, Links: all, Addresses: all, Users: all, Publish: []string{"#"}, Subscribe: []string{"#"}},
	}, c.Access)
}

func TestAccessProblems(t *testing.T) {
	for text, want := range map[string]string{
		"access: [{links: [udp, yard]}]":           "access[0].links[1]: there is no link yard; write the name of a link",
		"access: [{publish: ['a/#/b']}]":           "access[0].publish: a/#/b is not a topic filter; write a list of topic filters",
		"access: [{subscribe: ['$share/g/a']}]":    "access[0].subscribe: $share/g/a is not a topic filter",
		"access: [{subscribe: ['']}]":              `access[0].subscribe: "" is not a topic filter`,
		"access: [{publish: plant/#}]":             "access[0].publish: plant/# is a single value",
		"access: [{publish: [{filter: plant/#}]}]": "access[0].publish[0]: has keys of its own",
		"access: [{client: th7}]":                  "access[0].client: unknown key; did you mean clients?",
	} {
		_, err := loadText(t, []byte(text))
		require.ErrorContains(t, err, want)
	}
}
