package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// separators may stand between hexadecimal digits.
var separators = strings.NewReplacer(" ", "", "\t", "", ":", "", "-", "", ",", "", "0x", "", "0X", "")

// parseHex reads octets as people and programs write them: "02 16", "0216", "02:16", "0x02, 0x16".
func parseHex(s string) ([]byte, error) {
	b, err := hex.DecodeString(separators.Replace(s))
	var bad hex.InvalidByteError
	switch {
	case errors.As(err, &bad):
		return nil, fmt.Errorf("%q is not a hexadecimal digit", rune(bad))
	case errors.Is(err, hex.ErrLength):
		return nil, errors.New("the last octet has one digit only")
	}
	return b, err
}
