package topic

import (
	"errors"
	"strings"
	"unicode/utf8"
)

const (
	// MaxLength is the length of the longest name or filter, in octets: what MQTT's length prefix can say.
	MaxLength = 65535

	// MaxLevels is how many levels a name or a filter may have. MQTT knows no such limit, but each level costs memory
	// and time, and 64 KiB of slashes would have 65,536 of them. Mosquitto stops at about the same depth.
	MaxLevels = 200
)

// What ValidName and ValidFilter return.
var (
	ErrLength   = errors.New("topic: not between 1 and 65535 octets long")
	ErrLevels   = errors.New("topic: more than 200 levels")
	ErrText     = errors.New("topic: not UTF-8, or contains control characters")
	ErrWildcard = errors.New("topic: misplaced wildcard")
	ErrShare    = errors.New("topic: malformed shared subscription, want $share/group/filter")
)

// ValidName reports why s cannot be the topic name of a publication, or nil. A name holds no wildcards.
//
// Control characters and Unicode's non-characters are refused, not only U+0000. MQTT lets a receiver choose (MQTT 5,
// 1.5.4), and brokers that we forward to close the connection over them: one such message would then be sent,
// and close the connection, again and again.
func ValidName(s string) error {
	if HasWildcard(s) {
		return ErrWildcard
	}
	return validText(s)
}

// ValidFilter reports why s cannot be the topic filter of a subscription, or nil. A filter that begins with $share/
// must be a well-formed shared subscription.
func ValidFilter(s string) error {
	if err := validText(s); err != nil {
		return err
	}
	_, inner, _, err := ParseShare(s)
	if err != nil {
		return err
	}
	for more := true; more; {
		var level string
		level, inner, more = cut(inner)
		alone := level == "+" || level == "#" && !more
		if HasWildcard(level) && !alone {
			return ErrWildcard
		}
	}
	return nil
}

// HasWildcard reports whether s contains '+' or '#': a valid filter without them matches exactly one name, itself.
func HasWildcard(s string) bool {
	return strings.IndexByte(s, '+') >= 0 || strings.IndexByte(s, '#') >= 0
}

// validText checks what names and filters have in common.
func validText(s string) error {
	switch {
	case len(s) == 0 || len(s) > MaxLength:
		return ErrLength
	case strings.Count(s, "/") >= MaxLevels:
		return ErrLevels
	case !utf8.ValidString(s):
		return ErrText
	}
	for _, r := range s {
		if isControl(r) || isNonCharacter(r) {
			return ErrText
		}
	}
	return nil
}

func isControl(r rune) bool {
	return r < 0x20 || r >= 0x7f && r < 0xa0
}

// isNonCharacter reports whether Unicode reserves r for ever: U+FDD0 to U+FDEF, and the last two of each plane.
func isNonCharacter(r rune) bool {
	return r >= 0xfdd0 && r <= 0xfdef || r&0xfffe == 0xfffe
}
