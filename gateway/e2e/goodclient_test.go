package e2e

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"
)

// A goodClient publishes to a topic to which it has subscribed.
type goodClient struct {
	*device
	topic string
	id    [2]byte // of the topic
	sent  int
	again int // how often something had to be sent again
}

func newGoodClient(t *testing.T, g *gatewayProcess, i int) *goodClient {
	c := &goodClient{device: newDevice(t, g.udp), topic: fmt.Sprintf("good/%d", i)}
	play(g, c.device, fmt.Sprintf(`
		C 0B 04 04 01 00 3C "good%d"
		G 03 05 00
		C 0B 12 20 00 01 "good/%d"
		G 08 13 20 <id> 00 01 00
	`, i, i))
	c.id = [2]byte(c.vars["<id>"])
	return c
}

// work publishes messages that are numbers, fifty a second, until ctx is done.
func (c *goodClient) work(ctx context.Context) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := c.roundTrip(c.sent); err != nil {
			return fmt.Errorf("%s, message %d: %w", c.topic, c.sent, err)
		}
		c.sent++
	}
}

// roundTrip publishes a number, and waits for its acknowledgement and for the number to come back. It waits a second
// for each, and sends again up to three times, as the protocol allows.
func (c *goodClient) roundTrip(number int) error {
	payload := strconv.Itoa(number)
	publish := []byte{byte(7 + len(payload)), 0x0c, 0x20, c.id[0], c.id[1], 0, 0}
	msgID := uint16(number%65535) + 1
	binary.BigEndian.PutUint16(publish[5:], msgID)
	publish = append(publish, payload...)
	puback := []byte{7, 0x0d, c.id[0], c.id[1], publish[5], publish[6], 0}

	acknowledged, returned := false, false
	for try := 0; try < 4; try++ {
		if !acknowledged {
			if try > 0 {
				c.again++
				publish[2] |= 0x80 // DUP
			}
			if _, err := c.conn.Write(publish); err != nil {
				return err
			}
		}
		for !acknowledged || !returned {
			b, err := c.receive(time.Second)
			if errors.Is(err, os.ErrDeadlineExceeded) {
				break
			}
			switch {
			case err != nil:
				return err
			case slices.Equal(b, puback):
				acknowledged = true
			case len(b) > 7 && b[1] == 0x0c && [2]byte(b[3:5]) == c.id:
				returned = returned || string(b[7:]) == payload
				if _, err := c.conn.Write([]byte{7, 0x0d, c.id[0], c.id[1], b[5], b[6], 0}); err != nil {
					return err
				}
			case len(b) == len(puback) && b[1] == 0x0d && c.again > 0:
				// The answer to something that was sent twice.
			default:
				return fmt.Errorf("got % X", b)
			}
		}
		if acknowledged && returned {
			return nil
		}
	}
	return errors.New("no answer")
}
