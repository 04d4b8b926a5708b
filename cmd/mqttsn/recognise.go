package main

import (
	"net/netip"

	v2 "mqttsn-gateway/mqttsn/v2"
)

// A recogniser tells of packets whose version is not known which one it is: by what they look like, and by what was said
// before on the same way.
type recogniser struct {
	seen map[way]versionFlag
	last versionFlag
}

// A way is what two ends say to each other. It is the same in both directions.
type way struct{ a, b netip.AddrPort }

func wayOf(from, to netip.AddrPort) way {
	if to.Compare(from) < 0 {
		from, to = to, from
	}
	return way{from, to}
}

// maxWays bounds the memory.
const maxWays = 1 << 16

// version is that of a packet. What is well formed in one version only is of that version, as every CONNECT is. For the rest
// the version is that of what came before; 1.2 if nothing has.
func (r *recogniser) version(w way, datagram []byte) versionFlag {
	before, known := r.seen[w]
	if !known {
		before = r.last
	}
	v := guess(datagram, before)
	if len(r.seen) >= maxWays || r.seen == nil {
		r.seen = make(map[way]versionFlag)
	}
	r.seen[w], r.last = v, v
	return v
}

func guess(datagram []byte, before versionFlag) versionFlag {
	const is12, is20 = versionFlag(v2.V12), versionFlag(v2.V20)
	_, err12 := is12.parse(datagram)
	_, err20 := is20.parse(datagram)
	switch {
	case err12 == nil && err20 != nil:
		return is12
	case err20 == nil && err12 != nil:
		return is20
	case before != 0:
		return before
	case err12 != nil && v2.Detect(datagram, v2.Origin{}) == v2.V20: // neither well formed, but it looks like 2.0
		return is20
	}
	return is12
}
