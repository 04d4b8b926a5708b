package xbee

import (
	"context"
	"errors"
	"fmt"
	"time"

	"mqttsn-gateway/radio/xbee/frame"
)

// ErrNoAnswer says that the modem did not answer.
var ErrNoAnswer = errors.New("the modem does not answer")

// answerTimeout is how long the modem may take to answer an AT command. It needs a few milliseconds, and more when it is
// busy. hastyTimeout is for when we do not know whether there is a modem.
const (
	answerTimeout = time.Second
	hastyTimeout  = 400 * time.Millisecond
)

// An ATError says that the modem has refused a command.
type ATError struct {
	Command string
	Status  frame.ATStatus
}

func (e *ATError) Error() string {
	return fmt.Sprintf("the modem says to AT%s: %v", e.Command, e.Status)
}

// A console asks the modem and hears its answers. Like its line, it belongs to one goroutine.
type console struct {
	line    *line
	ids     ids
	queries []*query
	other   func(data []byte) // gets the frames that are not answers
	hasty   bool              // do not wait long for answers
	scratch []byte
}

// A query is a command that waits for its answer.
type query struct {
	id       byte
	command  string
	deadline time.Time
	answered func(value []byte, err error) // with err ErrNoAnswer at the deadline
	several  bool                          // answers may come until the deadline (ND)
}

// query sends a command. Answered is called during a step of the line, or by expire; value is valid until it returns.
func (c *console) query(q query, value []byte) error {
	q.id = c.ids.take()
	at := frame.AT{ID: q.id, Command: q.command, Value: value}
	c.scratch = at.Append(c.scratch[:0])
	if _, err := c.line.write(c.scratch); err != nil {
		c.ids.release(q.id)
		return err
	}
	c.queries = append(c.queries, &q)
	return nil
}

// handle is the line's deliver.
func (c *console) handle(data []byte) {
	var r frame.ATResponse
	if frame.Type(data[0]) != frame.TypeATResponse || r.Parse(data) != nil {
		c.other(data)
		return
	}
	for i, q := range c.queries {
		if q.id != r.ID || q.command != r.Command {
			continue
		}
		if !q.several {
			c.remove(i)
		}
		if r.Status == frame.OK {
			q.answered(r.Value, nil)
		} else {
			q.answered(nil, &ATError{Command: q.command, Status: r.Status})
		}
		return
	}
}

// expire gives up the queries whose time has come.
func (c *console) expire(now time.Time) {
	for i := len(c.queries) - 1; i >= 0; i-- {
		if q := c.queries[i]; !now.Before(q.deadline) {
			c.remove(i)
			q.answered(nil, ErrNoAnswer)
		}
	}
}

func (c *console) remove(i int) {
	c.ids.release(c.queries[i].id)
	c.queries = append(c.queries[:i], c.queries[i+1:]...)
}

// deadline is when the next query has to be given up.
func (c *console) deadline() (first time.Time) {
	for _, q := range c.queries {
		first = earliest(first, q.deadline)
	}
	return first
}

// ask sends a command and waits for the answer, twice if need be. Value is empty to read a setting. The answer belongs
// to the caller. The error is an *ATError if the modem refused, ErrNoAnswer, or what the line failed with.
func (c *console) ask(ctx context.Context, command string, value ...byte) (answer []byte, err error) {
	for range 2 {
		answer, err = c.askOnce(ctx, command, value)
		if !errors.Is(err, ErrNoAnswer) {
			return answer, err
		}
	}
	return nil, fmt.Errorf("%w to AT%s", ErrNoAnswer, command)
}

func (c *console) askOnce(ctx context.Context, command string, value []byte) (answer []byte, err error) {
	deadline := time.Now().Add(answerTimeout)
	if c.hasty {
		deadline = time.Now().Add(hastyTimeout)
	}
	done := false
	e := c.query(query{command: command, deadline: deadline, answered: func(v []byte, e error) {
		answer, err, done = append([]byte(nil), v...), e, true
	}}, value)
	if e != nil {
		return nil, e
	}
	for !done {
		if err := c.line.step(ctx, c.deadline(), nil); err != nil {
			return nil, err
		}
		c.expire(time.Now())
	}
	return answer, err
}

// collect sends a command that is answered several times, and hands every answer to each until d has passed, or an
// empty answer says that there are no more.
func (c *console) collect(ctx context.Context, command string, d time.Duration, each func(value []byte)) error {
	done := false
	err := c.query(query{command: command, deadline: time.Now().Add(d), several: true, answered: func(v []byte, err error) {
		if err == nil && len(v) > 0 {
			each(v)
		} else {
			done = true
		}
	}}, nil)
	for err == nil && !done {
		err = c.line.step(ctx, c.deadline(), nil)
		c.expire(time.Now())
	}
	return err
}

// pause lets the line run for d; frames are handled, garbage is dropped.
func (c *console) pause(ctx context.Context, d time.Duration) error {
	for end := time.Now().Add(d); time.Now().Before(end); {
		if err := c.line.step(ctx, end, nil); err != nil {
			return err
		}
	}
	return nil
}

// ids hands out frame ids: 1 to 255 in turn, never one that still waits for its answer. An id of 0 would mean that none
// is wanted.
type ids struct {
	last byte
	used [256]bool
}

// take returns a free id. The callers have far fewer than 255 in use.
func (i *ids) take() byte {
	for {
		if i.last++; i.last != 0 && !i.used[i.last] {
			i.used[i.last] = true
			return i.last
		}
	}
}

// again lets ids begin at 1.
func (i *ids) again() { i.last = 0 }

func (i *ids) release(id byte) { i.used[id] = false }
