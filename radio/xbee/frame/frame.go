package frame

import (
	"errors"
	"fmt"
)

var (
	// ErrShort says that a frame is shorter than the fields of its type.
	ErrShort = errors.New("xbee: frame shorter than its fields")

	// ErrType says that a frame is not of the type that it was parsed as.
	ErrType = errors.New("xbee: frame of another type")
)

// A Frame is any of the frame types. Code that knows which one it deals with needs no Frame.
type Frame interface {
	// Append encodes the frame data, type octet included, at the end of b.
	Append(b []byte) []byte

	// Parse reads frame data. The frame's slices share memory with it.
	Parse(data []byte) error
}

// body returns what follows the type in data, which must be of type t and have at least n octets after it.
func body(data []byte, t Type, n int) ([]byte, error) {
	if len(data) == 0 {
		return nil, ErrShort
	}
	if Type(data[0]) != t {
		return nil, fmt.Errorf("%w: %v, want %v", ErrType, Type(data[0]), t)
	}
	if len(data) < 1+n {
		return nil, ErrShort
	}
	return data[1:], nil
}
