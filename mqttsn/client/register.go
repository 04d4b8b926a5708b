package client

import "time"

// Register gets the id of a topic name (6.5). Publish does so by itself.
func (c *Core) Register(now time.Duration, name string, out *Out) Request {
	topic := Name(name)
	if !topic.validTopic() {
		return c.settle(ErrInvalid, out)
	}
	return c.ask(now, &request{kind: kindRegister, message: Message{Topic: topic}}, out)
}
