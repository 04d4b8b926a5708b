package main

import (
	"fmt"
	"os"
	"syscall"
)

// isJournal reports whether what is written to f goes to systemd's journal: then stream, the environment's JOURNAL_STREAM,
// names its device and inode (systemd.exec(5)).
func isJournal(f *os.File, stream string) bool {
	info, err := f.Stat()
	if stream == "" || err != nil {
		return false
	}
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && fmt.Sprintf("%d:%d", s.Dev, s.Ino) == stream
}
