//go:build !linux

package main

import "os"

// isJournal reports whether what is written to f goes to systemd's journal, which there is not.
func isJournal(*os.File, string) bool { return false }
