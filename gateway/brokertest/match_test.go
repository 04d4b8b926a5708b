package brokertest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// free are the fields that a packet may have although nobody expects them.
var free = map[string][]string{
	"CONNACK": {
		"session-expiry", "assigned-client", "server-keepalive", "response-info", "reason-string", "receive-maximum",
		"alias-maximum", "maximum-qos", "user", "maximum-packet", "sub-ids-available", "shared-available",
	},
	"PUBLISH":    {"id"},
	"PUBACK":     {"id", "reason", "reason-string", "user"},
	"PUBREC":     {"id", "reason", "reason-string", "user"},
	"PUBREL":     {"id", "reason-string", "user"},
	"PUBCOMP":    {"id", "reason-string", "user"},
	"SUBACK":     {"reason-string", "user"},
	"UNSUBACK":   {"codes", "reason-string", "user"},
	"DISCONNECT": {"reason", "reason-string", "reference", "user"},
}

// match compares a packet that came with what is expected of it, see the package's comment. It binds variables.
func match(want, got packet, version int, variables map[string]string) error {
	if want.kind != got.kind {
		return fmt.Errorf("want %v", want)
	}
	bound := make(map[string]string)
	for _, f := range want.fields {
		if version < 5 && only5(f.name) {
			continue
		}
		if version < 5 && f.name == "codes" && want.kind == "UNSUBACK" {
			continue
		}
		if version < 5 && f.name == "reason" && want.kind != "CONNACK" {
			continue
		}
		wants, gots := want.all(f.name), got.all(f.name)
		if len(wants) != len(gots) && max(len(wants), len(gots)) > 1 {
			return fmt.Errorf("want %s %q", f.name, wants)
		}
		if f.value == "-" {
			if len(gots) > 0 {
				return fmt.Errorf("want no %s", f.name)
			}
			continue
		}
		if len(gots) == 0 {
			gots = []string{absent(f.name)}
		}
		for i := range wants {
			if m := variable.FindStringSubmatch(wants[i]); m != nil && m[0] == wants[i] {
				if _, known := variables[m[1]]; !known {
					bound[m[1]] = gots[i]
					continue
				}
				wants[i] = variables[m[1]]
			}
			if !matchValue(wants[i], gots[i]) {
				return fmt.Errorf("want %s=%s", f.name, wants[i])
			}
		}
	}
	for _, f := range got.fields {
		failed := f.name == "reason" && slices.Contains([]string{"PUBACK", "PUBREC"}, got.kind) && atoi(f.value) >= 0x80
		if !want.has(f.name) && f.value != absent(f.name) && (failed || !slices.Contains(free[got.kind], f.name)) {
			return fmt.Errorf("want no %s", f.name)
		}
	}
	for name, value := range bound {
		variables[name] = value
	}
	return nil
}

// absent is the value of a field that is not there.
func absent(name string) string {
	switch name {
	case "payload", "topic":
		return ""
	}
	return "0"
}

// matchValue understands a|b, 1..9 and *, and compares numbers as numbers, one by one in a list.
func matchValue(want, got string) bool {
	if want == "*" {
		return true
	}
	for alternative := range strings.SplitSeq(want, "|") {
		if matchList(alternative, got) {
			return true
		}
	}
	return false
}

func matchList(want, got string) bool {
	wants, gots := strings.Split(want, ","), strings.Split(got, ",")
	return len(wants) == len(gots) && !slices.ContainsFunc(wants, func(w string) bool {
		g := gots[0]
		gots = gots[1:]
		return !matchOne(w, g)
	})
}

func matchOne(want, got string) bool {
	if low, high, ok := strings.Cut(want, ".."); ok && atoi(low) >= 0 && atoi(high) >= 0 {
		return atoi(low) <= atoi(got) && atoi(got) <= atoi(high)
	}
	return want == got || atoi(want) >= 0 && atoi(want) == atoi(got)
}

// atoi reads a number, decimal or 0x…; -1 if it is none.
func atoi(s string) int64 {
	n, err := strconv.ParseInt(s, 0, 64)
	if err != nil || n < 0 {
		return -1
	}
	return n
}
