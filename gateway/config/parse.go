package config

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"time"
)

// parse reads the text of a scalar into v, the same way from a file, an environment variable and a flag.
func parse(text string, v reflect.Value) error {
	switch v.Interface().(type) {
	case time.Duration:
		d, err := parseDuration(text)
		v.SetInt(int64(d))
		return err
	case Size:
		n, err := parseSize(text)
		v.SetInt(int64(n))
		return err
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
		return nil
	case reflect.Bool:
		if text != "true" && text != "false" {
			return fmt.Errorf("%s is neither true nor false", show(text))
		}
		v.SetBool(text == "true")
		return nil
	case reflect.Int:
		n, err := strconv.ParseInt(text, 10, v.Type().Bits())
		v.SetInt(n)
		return numberError(text, err)
	case reflect.Uint8, reflect.Uint16:
		n, err := strconv.ParseUint(text, 10, v.Type().Bits())
		v.SetUint(n)
		return numberError(text, err)
	}
	return fmt.Errorf("%s is a single value", show(text))
}

func numberError(text string, err error) error {
	switch {
	case errors.Is(err, strconv.ErrRange):
		return fmt.Errorf("%s is out of range", show(text))
	case err != nil:
		return fmt.Errorf("%s is not a whole number", show(text))
	}
	return nil
}

// kindOf says what the values of a key's type look like.
func kindOf(t reflect.Type) string {
	switch reflect.Zero(t).Interface().(type) {
	case time.Duration:
		return "a duration such as 30s, 15m or 7d"
	case Size:
		return "a size such as 4096, 256KiB or 1MiB"
	}
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Uint8, reflect.Uint16:
		return "a whole number"
	case reflect.Slice:
		return "a list"
	case reflect.Map, reflect.Struct:
		return "keys, each with a value"
	}
	return "a text"
}
