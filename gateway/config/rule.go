package config

import (
	"cmp"
	"mqttsn-gateway/gateway/topic"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Rule says which values a key takes.
type Rule struct {
	// Allowed completes the sentence "write …"; empty where every value of the type is allowed.
	Allowed string

	// Example is a value in YAML, where it is not easily guessed.
	Example string

	// problem says what is wrong with v, a value of the key's type, or nothing.
	problem func(v any) string
}

var anything Rule

// like allows everything and gives an example.
func like(example string) Rule { return Rule{Example: example} }

// between allows the values from lo to hi.
func between[T cmp.Ordered](lo, hi T) Rule {
	return Rule{
		Allowed: show(lo) + " to " + show(hi),
		problem: func(v any) string {
			if n := v.(T); n < lo || n > hi {
				return show(n) + " is out of range"
			}
			return ""
		},
	}
}

// zeroOr allows 0 as well.
func zeroOr(r Rule) Rule {
	return Rule{
		Allowed: "0, or " + r.Allowed,
		problem: func(v any) string {
			if show(v) == "0" {
				return ""
			}
			return r.problem(v)
		},
	}
}

// wholeSeconds allows only these of what r allows, because seconds are what goes over the wire.
func wholeSeconds(r Rule) Rule {
	return Rule{
		Allowed: r.Allowed + ", in whole seconds",
		problem: func(v any) string {
			if v.(time.Duration)%time.Second != 0 {
				return show(v) + " has a part of a second"
			}
			return r.problem(v)
		},
	}
}

// oneOf allows the words given.
func oneOf[T ~string](words ...T) Rule {
	return Rule{
		Allowed: alternatives(words),
		problem: func(v any) string {
			switch w := v.(T); {
			case slices.Contains(words, w):
				return ""
			case w == "":
				return "no value"
			default:
				return show(v) + " is not known"
			}
		},
	}
}

// someOf allows lists of the words given.
func someOf(words ...string) Rule {
	return Rule{
		Allowed: "a list of " + alternatives(words),
		problem: func(v any) string {
			for _, w := range v.([]string) {
				if !slices.Contains(words, w) {
					return show(w) + " is not known"
				}
			}
			return ""
		},
	}
}

// alternatives reads "a, b or c".
func alternatives[T ~string](words []T) string {
	s := string(words[0])
	for i, w := range words[1:] {
		if i == len(words)-2 {
			s += " or " + string(w)
		} else {
			s += ", " + string(w)
		}
	}
	return s
}

// text makes a rule for strings from a test.
func text(allowed, wrong string, ok func(s string) bool) Rule {
	return Rule{
		Allowed: allowed,
		problem: func(v any) string {
			switch s := v.(string); {
			case ok(s):
				return ""
			case s == "":
				return "no value"
			default:
				return show(s) + " " + wrong
			}
		},
	}
}

var (
	urlPath = text("nothing, or a path such as /mqtt", "does not begin with /", func(s string) bool {
		return s == "" || s[0] == '/'
	})

	notEmpty = text("one character or more", "", func(s string) bool { return s != "" })

	identifier = text("letters, digits, - and _", "has other characters than a name may have", func(s string) bool {
		return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == ""
	})

	address = text("host:port or :port, with a port of 0 to 65535 (0: one that is free)", "is not an address", isAddress)

	optionalAddress = text("nothing, or "+address.Allowed, "is not an address", func(s string) bool { return s == "" || isAddress(s) })

	group = text("an address like 239.255.18.84, ff12::1884 or 239.255.18.84:1884", "is not the address of a group",
		func(s string) bool {
			a, err := Multicast{Group: s}.Addr()
			ip := a.Addr()
			return err == nil && ip.Zone() == "" && (ip.IsMulticast() || ip.Is4() && !ip.IsUnspecified())
		})

	brokerURL = text("mqtt://host, mqtts://host, ws://host/path or wss://host/path, without a password",
		"is not the URL of a broker", isBrokerURL)

	brokerURLs = Rule{
		Allowed: "a list of URLs such as those of upstream.url",
		problem: func(v any) string {
			for _, url := range v.([]string) {
				if what := notEmpty.problem(url) + brokerURL.problem(url); what != "" {
					return what
				}
			}
			return ""
		},
	}

	proxyURL = text("http://host:port or socks5://host:port", "is not the URL of a proxy", isProxyURL)

	topicFilter = text("a topic filter", "is not a topic filter", func(s string) bool {
		return topic.ValidFilter(s) == nil
	})
	topicName = text("a topic name", "is not a topic name", func(s string) bool { return topic.ValidName(s) == nil })

	optionalTopic = text("a topic name, or nothing", "is not a topic name", func(s string) bool {
		return s == "" || topic.ValidName(s) == nil
	})
	deviceTemplate = text("a text with %c in it", "gives every device the same client id", func(s string) bool {
		return strings.Contains(s, "%c")
	})
)

func isAddress(s string) bool {
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return false
	}
	host := s[:i]
	if _, err := strconv.ParseUint(s[i+1:], 10, 16); err != nil {
		return false
	}
	if inner, ok := strings.CutPrefix(host, "["); ok {
		inner, ok = strings.CutSuffix(inner, "]")
		a, err := netip.ParseAddr(inner)
		return ok && err == nil && a.Is6()
	}
	return !strings.ContainsAny(host, ":/[] ")
}

var atLeastOne = Rule{
	Allowed: "a list of one link or more",
	problem: func(v any) string {
		if len(v.([]Link)) == 0 {
			return "no link"
		}
		return ""
	},
}

// Maps are checked entry by entry, in check.go.
var (
	topics = Rule{
		Allowed: "ids of 1 to 65534, each with a topic name",
		Example: "{1: plant/th1, 2: plant/th1/set}",
	}
	clientIDs = Rule{
		Allowed: "client ids of 1 to 65535 octets",
		Example: "{th7: {predefined: {1: plant/th7}, no_dup: true, upstream: {username: th7, password_env: TH7_PASSWORD}}}",
	}
)
