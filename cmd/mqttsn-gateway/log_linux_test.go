package main

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/config"
)

// TestJournal: the journal adds the time, and learns how much a line matters. A file elsewhere is written as ever.
func TestJournal(t *testing.T) {
	for journal, want := range map[bool]string{
		true:  `^<6>level=info msg=hello name="a b"\n<4>level=warning msg=careful\n<3>level=error msg=wrong\n$`,
		false: `^time="[^"]+" level=info msg=hello name="a b"\n`,
	} {
		f, err := os.Create(filepath.Join(t.TempDir(), "log"))
		require.NoError(t, err)
		defer f.Close()
		info, err := f.Stat()
		require.NoError(t, err)
		s := info.Sys().(*syscall.Stat_t)
		stream := fmt.Sprintf("%d:%d", s.Dev, s.Ino)
		if !journal {
			stream += "1"
		}
		t.Setenv("JOURNAL_STREAM", stream)
		log := newLog(config.Default().Log, f)
		log.WithField("name", "a b").Info("hello")
		log.Warn("careful")
		log.Error("wrong")
		text, err := os.ReadFile(f.Name())
		require.NoError(t, err)
		require.Regexp(t, want, string(text))
	}
}
