//go:build !linux

package main

import (
	"errors"
	"os"
)

// hide is for Linux only: elsewhere the password comes from a file.
func hide(*os.File) (show func(), err error) { return nil, errors.ErrUnsupported }
