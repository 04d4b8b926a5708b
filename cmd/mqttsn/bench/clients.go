package bench

import (
	"context"
	"fmt"
	"time"
)

// ordinary are MQTT clients that publish in turn.
type ordinary struct {
	peers   []*peer
	run     uint32
	qos     byte
	size    int
	prefix  string
	payload []byte
}

func dialOrdinary(ctx context.Context, c *Config, run uint32, poke func(), tell func(done int)) (*ordinary, error) {
	o := &ordinary{run: run, qos: byte(c.QoS), size: c.Size, prefix: c.Prefix}
	for i := range c.Devices {
		p, err := dialPeer(ctx, c.Broker, fmt.Sprintf("%s-%06d", c.Prefix, i), func([]byte) {}, poke)
		if err != nil {
			o.close()
			return nil, fmt.Errorf("client %d: %w", i, err)
		}
		o.peers = append(o.peers, p)
		tell(i)
	}
	return o, nil
}

func (o *ordinary) send(number int, due time.Duration) bool {
	i := number % len(o.peers)
	p := o.peers[i]
	if !p.mayPublish(o.qos) {
		return false
	}
	o.payload = appendPayload(o.payload[:0], o.run, number, due, o.size)
	p.publish(fmt.Sprintf("%s/%06d/reading/s", o.prefix, i), o.payload, o.qos)
	return true
}

func (o *ordinary) pending() (n int) {
	for _, p := range o.peers {
		if p.failed() == nil {
			n += p.unacknowledged()
		}
	}
	return n
}

func (o *ordinary) close() {
	for _, p := range o.peers {
		p.close()
	}
}
