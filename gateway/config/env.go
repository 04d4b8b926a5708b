package config

import (
	"regexp"
	"slices"
	"strings"
)

// Prefix begins the name of every environment variable that sets a key.
const Prefix = "MQTTSN_GATEWAY_"

// Variable is the name of the environment variable for the key with the given path: upper case, with _ for every dot.
// An entry of a list is its number, from 0; in the path of a Key, N stands for it. The section gateway is not named
// again. Keys inside maps have no variable: the map has one. It returns "" for these and for sections.
//
//	gateway.mode      MQTTSN_GATEWAY_MODE
//	links[].listen    MQTTSN_GATEWAY_LINKS_N_LISTEN
func Variable(path string) string {
	if strings.Contains(path, "*") || isSection(path) {
		return ""
	}
	name := strings.ReplaceAll(strings.TrimPrefix(path, "gateway."), "[]", "_N")
	return Prefix + strings.ToUpper(strings.ReplaceAll(name, ".", "_"))
}

// isSection reports whether path only holds other keys, whose names are known.
func isSection(path string) bool {
	return slices.ContainsFunc(keys, func(k Key) bool {
		inner, ok := strings.CutPrefix(k.Path, path+".")
		return ok && !strings.HasPrefix(inner, "*")
	})
}

var entryNumber = regexp.MustCompile(`_(\d{1,4})(_|$)`)

// environment applies the variables in environ, which has the form of os.Environ. Empty ones are like none.
func (r *reader) environment(environ []string) {
	paths, names := map[string]string{}, []string(nil)
	for _, k := range keys {
		if v := Variable(k.Path); v != "" {
			paths[v], names = k.Path, append(names, v)
		}
	}
	for _, e := range slices.Sorted(slices.Values(environ)) {
		name, value, _ := strings.Cut(e, "=")
		if !strings.HasPrefix(name, Prefix) || value == "" {
			continue
		}
		path, ok := paths[entryNumber.ReplaceAllString(name, "_N$2")]
		if !ok {
			remedy := ""
			if s := suggest(name, names); s != "" {
				remedy = "did you mean " + s + "?"
			}
			r.problem(origin{}, name, "no such setting", remedy)
			continue
		}
		for _, n := range entryNumber.FindAllStringSubmatch(name, -1) {
			path = strings.Replace(path, "[]", "["+n[1]+"]", 1)
		}
		r.override(path, value, origin{rank: fromEnvironment, name: name})
	}
}
