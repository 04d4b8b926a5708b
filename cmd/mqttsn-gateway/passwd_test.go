package main

import (
	"bytes"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/creack/pty"
	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/passwd"
)

// passwdFrom runs the command with something on standard input.
func passwdFrom(in io.Reader, args ...string) error {
	cmd := passwdCommand()
	cmd.SetArgs(args)
	cmd.SetIn(in)
	cmd.SetOut(io.Discard)
	cmd.SetErr(io.Discard)
	return cmd.Execute()
}

func TestPasswd(t *testing.T) {
	file := filepath.Join(t.TempDir(), "users")
	require.NoError(t, passwdFrom(strings.NewReader("secret\nand more\n"), file, "alice"))
	require.NoError(t, passwdFrom(strings.NewReader("other"), file, "bob"))
	u, err := passwd.Load(file)
	require.NoError(t, err)
	require.True(t, u.Verify("alice", []byte("secret")))
	require.True(t, u.Verify("bob", []byte("other")))

	require.NoError(t, passwdFrom(nil, "--delete", file, "alice"))
	require.NoError(t, u.Reload())
	require.False(t, u.Verify("alice", []byte("secret")))

	require.ErrorContains(t, passwdFrom(strings.NewReader("\n"), file, "carol"), "there is no password")
	require.ErrorContains(t, passwdFrom(strings.NewReader(""), file, "carol"), "there is no password")
	require.ErrorContains(t, passwdFrom(strings.NewReader("x"), file, "a:b"), "without colons")
	require.ErrorContains(t, passwdFrom(nil, "-D", file, "alice"), "has no user alice")
	code, _, stderr := command("passwd " + file)
	require.Equal(t, exitMistake, code)
	require.Contains(t, stderr, "accepts 2 arg(s)")
}

// TestPasswdAtATerminal: it asks twice, and wants the same.
func TestPasswdAtATerminal(t *testing.T) {
	for _, row := range []struct{ typed, want string }{
		{"secret\nsecret\n", ""},
		{"secret\nsceret\n", "the two passwords differ"},
	} {
		terminal, ours, err := pty.Open()
		require.NoError(t, err)
		var asked bytes.Buffer
		_, err = terminal.WriteString(row.typed)
		require.NoError(t, err)
		password, err := readPassword(ours, &asked)
		if row.want == "" {
			require.NoError(t, err)
			require.Equal(t, "secret", string(password))
		} else {
			require.EqualError(t, err, row.want)
		}
		require.Equal(t, "Password: \nOnce more: \n", asked.String())
		require.NoError(t, ours.Close())
		require.NoError(t, terminal.Close())
	}
}
