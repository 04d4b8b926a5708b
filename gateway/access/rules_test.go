package access

import (
	"testing"

	"github.com/stretchr/testify/require"
)

var all = []string{"*"}

func TestFirstMatchWins(t *testing.T) {
	rules := Rules{
		{Clients: []string{"pump-9", "old-*"}, Links: all, Addresses: all, Deny: true},
		{Clients: all, Links: []string{"field"}, Addresses: []string{"192.0.2.*", "th-*"}, Publish: []string{"field/#"}},
		{Clients: []string{"pump-*"}, Links: all, Addresses: all, Publish: []string{"pumps/#"}},
		{Clients: []string{""}, Links: all, Addresses: all, Deny: true},
	}
	for _, row := range []struct {
		name            string
		who             Who
		connect         bool
		field, pumps, x bool // what it may publish
	}{
		{"denied", Who{"pump-9", "field", "192.0.2.1:5", "", "", false}, false, false, false, false},
		{"denied by a pattern", Who{"old-1", "yard", "192.0.2.1:5", "", "", false}, false, false, false, false},
		{"by its address", Who{"pump-1", "field", "192.0.2.1:5", "", "", false}, true, true, false, false},
		{"by its identity", Who{"a", "field", "198.51.100.1:5", "th-7", "", false}, true, true, false, false},
		{"neither address nor identity", Who{"a", "field", "198.51.100.1:5", "me", "", false}, true, true, true, true},
		{"on another link", Who{"pump-1", "yard", "192.0.2.1:5", "th-7", "", false}, true, false, true, false},
		{"without a client id", Who{"", "yard", "192.0.2.1:5", "", "", false}, false, false, false, false},
		{"without a client id on a link for all", Who{"", "field", "192.0.2.1:5", "", "", false}, true, true, false, false},
		{"of no rule", Who{"a", "yard", "192.0.2.1:5", "", "", false}, true, true, true, true},
	} {
		r := rules.Of(row.who)
		require.Equal(t, row.connect, r.Connect(), row.name)
		require.Equal(t, row.field, r.Publish("field/1"), row.name)
		require.Equal(t, row.pumps, r.Publish("pumps/1"), row.name)
		require.Equal(t, row.x, r.Publish("x"), row.name)
	}
}

func TestNoRules(t *testing.T) {
	r := Rules(nil).Of(Who{Client: "a"})
	require.True(t, r.Connect())
	require.True(t, r.Publish("$SYS/x"))
	require.True(t, r.Receive("$SYS/x"))
	require.True(t, r.Subscribe("#"))
}

func TestDeniedMayNothing(t *testing.T) {
	r := Rules{{Clients: all, Links: all, Addresses: all, Deny: true, Publish: []string{"#"}, Subscribe: []string{"#"}}}.Of(Who{})
	require.False(t, r.Connect())
	require.False(t, r.Publish("a"))
	require.False(t, r.Receive("a"))
	require.False(t, r.Subscribe("a"))
}

// TestClientIDInFilters: each device has its own place, and no client id opens another's.
func TestClientIDInFilters(t *testing.T) {
	rules := Rules{{Clients: all, Links: all, Addresses: all,
		Publish: []string{"plant/%c/#", "all"}, Subscribe: []string{"plant/%c/#", "to/%c/%c", "all"}}}
	for _, row := range []struct {
		client        string
		own, of7, all bool
	}{
		{"th7", true, true, true},
		{"th8", true, false, true},
		{"%c", true, false, true},
		{"*", true, false, true},
		{"#", false, false, true},
		{"+", false, false, true},
		{"$SYS", false, false, true},
		{"th7/x", false, false, true},
		{"", false, false, true},
	} {
		r := rules.Of(Who{Client: row.client})
		require.Equal(t, row.own, r.Publish("plant/"+row.client+"/temp"), row.client)
		require.Equal(t, row.own, r.Receive("to/"+row.client+"/"+row.client), row.client)
		require.Equal(t, row.of7, r.Publish("plant/th7/temp"), row.client)
		require.Equal(t, row.of7, r.Subscribe("plant/th7/#"), row.client)
		require.Equal(t, row.all, r.Publish("all"), row.client)
	}
}

// TestOwnIdentity: a device may use no other client id than the identity that it has proven.
func TestOwnIdentity(t *testing.T) {
	rules := Rules{
		{Clients: all, Links: all, Addresses: []string{"%c", "cert %c.example"}},
		{Clients: all, Links: all, Addresses: all, Deny: true},
	}
	for _, row := range []struct {
		client, identity string
		want             bool
	}{
		{"th7", "th7", true},
		{"th7", "cert th7.example", true},
		{"th7", "th8", false},
		{"th7", "", false},
		{"*", "th7", false},
		{"*", "*", false},
		{"t*", "th7", false},
		{"", "", false},
	} {
		r := rules.Of(Who{Client: row.client, Address: "192.0.2.1:5", Identity: row.identity})
		require.Equal(t, row.want, r.Connect(), "%q as %q", row.identity, row.client)
	}
}

// TestUsers: rules know users by name, and each may have topics of its own.
func TestUsers(t *testing.T) {
	rules := Rules{
		{Clients: all, Links: all, Addresses: all, Users: []string{"alice", "team-*"}, Publish: []string{"%u/%c/#"}},
		{Clients: all, Links: all, Addresses: all, Users: []string{""}, Publish: []string{"open/%c", "own/%u"}},
		{Clients: all, Links: all, Addresses: all, Users: all, Deny: true},
	}
	for _, row := range []struct {
		user, client string
		connect      bool
		may, may2    string // publish
		not          string
	}{
		{"alice", "c1", true, "alice/c1/x", "alice/c1", "alice/c2/x"},
		{"team-7", "c1", true, "team-7/c1/x", "team-7/c1", "alice/c1/x"},
		{"alice", "%u", true, "alice/%u/x", "alice/%u", "alice/alice/x"},
		{"team-/", "c1", true, "", "", "team-//c1"},
		{"", "c1", true, "open/c1", "", "own/"},
		{"bob", "c1", false, "", "", "open/c1"},
	} {
		r := rules.Of(Who{Client: row.client, User: row.user})
		require.Equal(t, row.connect, r.Connect(), row.user)
		for _, name := range []string{row.may, row.may2} {
			if name != "" {
				require.True(t, r.Publish(name), "%s %s", row.user, name)
			}
		}
		require.False(t, r.Publish(row.not), "%s %s", row.user, row.not)
	}
}

// TestApproval: a device that nobody has approved may nothing, and a sender without a client id never can be.
func TestApproval(t *testing.T) {
	rules := Rules{{Clients: all, Links: all, Addresses: all, Approve: true, Publish: []string{"a"}, Subscribe: []string{"a"}}}
	for _, row := range []struct {
		who             Who
		may, unapproved bool
	}{
		{Who{Client: "th7"}, false, true},
		{Who{Client: "th7", Approved: true}, true, false},
		{Who{}, false, false},
	} {
		r := rules.Of(row.who)
		require.Equal(t, row.may, r.Connect())
		require.Equal(t, row.may, r.Publish("a"))
		require.Equal(t, row.may, r.Receive("a"))
		require.Equal(t, row.may, r.Subscribe("a"))
		require.Equal(t, row.unapproved, r.Unapproved())
	}
}
