//go:build !linux

package port

import (
	"errors"
	"fmt"
	"os"
)

// Elsewhere than on Linux ports work for development: package serial's exclusive mode is the only lock.
func lock(*os.File) error { return nil }

func setFlowControl(*os.File) error {
	return fmt.Errorf("hardware flow control: %w", errors.ErrUnsupported)
}
