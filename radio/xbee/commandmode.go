package xbee

import (
	"bytes"
	"context"
	"time"
)

// guardTime is the silence that a modem wants around +++ (GT, 1 s by default).
const guardTime = 1100 * time.Millisecond

// enterCommandMode tries to bring a modem in transparent mode to listen to commands in plain text. It reports whether
// the modem has said OK. To a modem in API mode this is noise.
func (c *console) enterCommandMode(ctx context.Context) (bool, error) {
	if err := c.pause(ctx, guardTime); err != nil {
		return false, err
	}
	return c.sayAndHear(ctx, "+++", 2*guardTime)
}

// leaveCommandMode makes the modem pass on octets again, or frames if AP was set.
func (c *console) leaveCommandMode(ctx context.Context) error {
	_, err := c.sayAndHear(ctx, "ATCN\r", answerTimeout)
	return err
}

// sayAndHear sends text and reports whether the modem has said OK in time.
func (c *console) sayAndHear(ctx context.Context, text string, patience time.Duration) (bool, error) {
	var heard []byte
	c.line.plain = func(b []byte) { heard = append(heard, b...) }
	defer func() { c.line.plain = nil }()
	if err := c.line.writeRaw([]byte(text)); err != nil {
		return false, err
	}
	for end := time.Now().Add(patience); time.Now().Before(end); {
		if err := c.line.step(ctx, end, nil); err != nil {
			return false, err
		}
		if bytes.Contains(heard, []byte("OK\r")) {
			return true, nil
		}
	}
	return false, nil
}
