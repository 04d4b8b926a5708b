//go:build unix

package passwd

import (
	"io/fs"
	"os"
	"syscall"
)

// keepOwner gives temp the owner that info tells of, if we may.
func keepOwner(temp string, info fs.FileInfo) {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		os.Chown(temp, int(s.Uid), int(s.Gid)) // refused to who is not root: then it is ours
	}
}
