package client

import (
	"math"
	"time"
)

// Sleep tells the gateway to keep messages for a while (6.14). After d at the latest the client must Wake, Connect, or
// Sleep again, or it is lost. It may be called while asleep, for another d. The duration is rounded up to seconds and
// is at most 65535 s, about 18 hours.
func (c *Core) Sleep(now time.Duration, d time.Duration, out *Out) Request {
	seconds := ceilSeconds(d) / time.Second
	if seconds < 1 || seconds > math.MaxUint32 {
		return c.settle(ErrInvalid, out)
	}
	return c.ask(now, &request{kind: kindSleep, duration: uint32(seconds)}, out)
}

// Wake collects the messages that the gateway has kept for a client that is asleep. The request is done when the last
// has come, and the client is asleep again, for as long as before. If the gateway does not answer it is also asleep
// again, and may try another time.
func (c *Core) Wake(now time.Duration, out *Out) Request {
	return c.ask(now, &request{kind: kindWake}, out)
}

// stayAwake is for every packet that comes while awake: the gateway is at work, and will say PINGRESP when it is done.
func (c *Core) stayAwake(now time.Duration) {
	c.resends, c.retryAt = 0, now+c.cfg.RetryInterval
}
