package passwd

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func file(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "users")
	require.NoError(t, os.WriteFile(name, []byte(text), 0o640))
	return name
}

func TestSetVerifyDelete(t *testing.T) {
	name := filepath.Join(t.TempDir(), "users")
	require.NoError(t, Set(name, "alice", []byte("secret")))
	require.NoError(t, Set(name, "größe 7", []byte("pass:word")))
	u, err := Load(name)
	require.NoError(t, err)
	require.Equal(t, 2, u.Len())
	for range 2 { // the second time it remembers
		require.True(t, u.Verify("alice", []byte("secret")))
		require.True(t, u.Verify("größe 7", []byte("pass:word")))
		require.False(t, u.Verify("alice", []byte("Secret")))
		require.False(t, u.Verify("alice", nil))
		require.False(t, u.Verify("bob", []byte("secret")))
		require.False(t, u.Verify("bob", nil))
		require.False(t, u.Verify("", nil))
	}

	require.NoError(t, Set(name, "alice", []byte("new")))
	require.True(t, u.Verify("alice", []byte("secret")), "not before it is told")
	require.NoError(t, u.Reload())
	require.False(t, u.Verify("alice", []byte("secret")))
	require.True(t, u.Verify("alice", []byte("new")))

	require.NoError(t, Delete(name, "alice"))
	require.NoError(t, u.Reload())
	require.False(t, u.Verify("alice", []byte("new")))
	require.ErrorContains(t, Delete(name, "alice"), "has no user alice")
	require.True(t, u.Verify("größe 7", []byte("pass:word")))
}

// TestSaltsDiffer: equal passwords do not look equal.
func TestSaltsDiffer(t *testing.T) {
	a, b := newHash([]byte("x")), newHash([]byte("x"))
	require.NotEqual(t, a.String(), b.String())
}

func TestFileIsPrivate(t *testing.T) {
	name := filepath.Join(t.TempDir(), "users")
	require.NoError(t, Set(name, "alice", []byte("secret")))
	info, err := os.Stat(name)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	require.NoError(t, os.Chmod(name, 0o640))
	require.NoError(t, Set(name, "bob", []byte("secret")))
	info, err = os.Stat(name)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o640), info.Mode().Perm(), "as somebody has set it")
}

func TestBadNamesAndPasswords(t *testing.T) {
	name := filepath.Join(t.TempDir(), "users")
	for _, user := range []string{"", "a:b", "#a", "a\nb", " a", "\xff"} {
		require.Error(t, Set(name, user, []byte("x")), "%q", user)
	}
	require.Error(t, Set(name, "a", nil))
	require.NoFileExists(t, name)
}

func TestBadFiles(t *testing.T) {
	good := newHash([]byte("x"))
	for text, want := range map[string]string{
		"alice:secret\n":                              ":1: user alice: the password is not hashed",
		"# a remark\n\nalice\n":                       ":3: user alice: the password is not hashed",
		"alice:$7$0$AAAA$AAAA\n":                      "not hashed",
		"alice:$7$99999999999$AAAA$AAAA\n":            "not hashed",
		"alice:$7$101$AAAA$AAAA\n":                    "not hashed",
		"alice:$5$AAAA$AAAA\n":                        "not hashed",
		":" + good.String() + "\n":                    ":1: a user needs a name",
		"a:" + good.String() + "\na:" + good.String(): ":2: user a is there twice",
	} {
		_, err := Load(file(t, text))
		require.ErrorContains(t, err, want, text)
	}
	_, err := Load(filepath.Join(t.TempDir(), "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

// TestBadFileChangesNothing: after a failed Reload everyone gets in as before.
func TestBadFileChangesNothing(t *testing.T) {
	name := filepath.Join(t.TempDir(), "users")
	require.NoError(t, Set(name, "alice", []byte("secret")))
	u, err := Load(name)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(name, []byte("alice:secret\n"), 0o600))
	require.Error(t, u.Reload())
	require.True(t, u.Verify("alice", []byte("secret")))
	require.Error(t, Set(name, "bob", []byte("x")), "it would lose what it cannot read")
}

// TestMosquittoPasswd reads what mosquitto_passwd writes, in both of its formats.
func TestMosquittoPasswd(t *testing.T) {
	path, err := exec.LookPath("mosquitto_passwd")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("mosquitto_passwd is not installed (Debian: apt install mosquitto)")
	}
	for _, format := range []string{"sha512", "sha512-pbkdf2"} {
		name := file(t, "")
		out, err := exec.Command(path, "-H", format, "-b", name, "alice", "secret").CombinedOutput()
		require.NoError(t, err, string(out))
		u, err := Load(name)
		require.NoError(t, err)
		require.True(t, u.Verify("alice", []byte("secret")), format)
		require.False(t, u.Verify("alice", []byte("Secret")), format)
	}
}

func FuzzParseHash(f *testing.F) {
	good := newHash([]byte("x"))
	f.Add(good.String())
	f.Add("$6$AAAA$AAAA")
	f.Fuzz(func(t *testing.T, s string) {
		if h, err := parseHash(s); err == nil {
			again, err := parseHash(h.String())
			require.NoError(t, err)
			require.Equal(t, h, again)
		}
	})
}
