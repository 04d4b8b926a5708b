package engine

import "mqttsn-gateway/mqtt"

// brokers are the addresses of the upstream broker, in the order in which they are tried. All connections go to the
// current one; it is left for the next when it does not answer, and kept then for as long as it does.
type brokers struct {
	current int
	ready   []int  // connections that stand, by broker
	older   []bool // which have refused MQTT 5
}

func newBrokers(names []string) brokers {
	n := max(1, len(names))
	return brokers{ready: make([]int, n), older: make([]bool, n)}
}

func (bs *brokers) len() int { return len(bs.ready) }

// failed says that a broker did not answer. It is not left while others are connected there: then the reason lies with
// the one that failed, a bad certificate for instance, and the rest must not follow it from broker to broker.
func (bs *brokers) failed(e *Engine, broker int) {
	if broker != bs.current || bs.ready[broker] > 0 || bs.len() == 1 {
		return
	}
	bs.current = (broker + 1) % bs.len()
	e.out.note(NoteUplinkNext, "", Addr{}, e.cfg.Uplink.Brokers[bs.current])
}

// unavailable reports whether a refusal is about the broker, and not about who asked.
func unavailable(r mqtt.Reason) bool {
	switch r {
	case mqtt.ServerUnavailable, mqtt.ServerBusy, mqtt.UseAnotherServer, mqtt.ServerMoved:
		return true
	}
	return false
}

// A Login is what we tell the upstream broker of who we are.
type Login struct {
	Username string // empty for none
	Password []byte // empty for none
}

// Login says with what to log in on a connection to the upstream broker, before Dialed. The driver finds it when it
// connects: it may be in a file that was renewed. Without a call nothing is told.
func (e *Engine) Login(id ConnID, l Login) {
	if b, ok := e.conns[id].(*brokerConn); ok {
		b.login = l
	}
}
