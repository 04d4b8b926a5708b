package brokertest

import (
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// A stage is where a row is played: a broker, and the clients that speak to it.
type stage struct {
	addr      string
	broker    string // gateway or mosquitto
	version   int
	unique    string // what % stands for
	clients   map[string]*conn
	variables map[string]string
	group     []packet // what may come in any order
	groupOf   string   // and to which client
}

// play performs the steps. Its error names the line.
func (s *stage) play(steps []step) error {
	defer s.close()
	for _, st := range steps {
		if st.version != 0 && st.version != s.version || st.broker != "" && st.broker != s.broker {
			continue
		}
		if err := s.step(st.text); err != nil {
			return fmt.Errorf("%s: %s\n%w", st.place, st.text, err)
		}
	}
	return s.end()
}

func (s *stage) close() {
	for _, c := range s.clients {
		c.Close()
	}
}

// end wants every client that is still connected to be quiet.
func (s *stage) end() error {
	if err := s.settle(); err != nil {
		return err
	}
	for name, c := range s.clients {
		if c.answered {
			if err := c.quiet(); err != nil {
				return fmt.Errorf("at the end, %s: %w", name, err)
			}
		}
	}
	return nil
}

var line = regexp.MustCompile(`^(\w+) (>|<~|<|gone|quiet)(?: +(.*))?$`)

func (s *stage) step(text string) error {
	if d, ok := strings.CutPrefix(text, "after "); ok {
		return pass(d)
	}
	m := line.FindStringSubmatch(text)
	if m == nil {
		return errors.New("no such step")
	}
	name, verb, rest := m[1], m[2], m[3]
	if verb != "<~" {
		if err := s.settle(); err != nil {
			return err
		}
	}
	switch verb {
	case ">":
		question, answer, asked := strings.Cut(rest, "=>")
		err := s.send(name, strings.TrimSpace(question))
		if err == nil && asked {
			err = s.expect(name, strings.TrimSpace(answer))
		}
		return err
	case "<":
		return s.expect(name, rest)
	case "<~":
		return s.expectInGroup(name, rest)
	}
	c, ok := s.clients[name]
	if !ok {
		return fmt.Errorf("%s is not connected", name)
	}
	if verb == "quiet" {
		return c.quiet()
	}
	delete(s.clients, name)
	return c.Close()
}

// pass lets time go by. There is no event to wait for: what a broker does after a time is seen by asking it then.
func pass(duration string) error {
	d, err := time.ParseDuration(duration)
	if err == nil {
		<-time.After(d)
	}
	return err
}

var (
	clientID = regexp.MustCompile(`%([a-z])\b`)
	variable = regexp.MustCompile(`\$([a-z]+)\b`)
)

// expand puts in what % and %a stand for.
func (s *stage) expand(text string) string {
	text = clientID.ReplaceAllString(text, s.unique+"x$1")
	return strings.ReplaceAll(text, "%", s.unique)
}

func (s *stage) send(name, text string) error {
	c, ok := s.clients[name]
	if !ok {
		var err error
		if c, err = dial(s.addr, s.version); err != nil {
			return err
		}
		s.clients[name] = c
	}
	text = s.expand(text)
	if octets, ok := strings.CutPrefix(text, "hex "); ok {
		b, err := hex.DecodeString(strings.ReplaceAll(octets, " ", ""))
		if err != nil {
			return err
		}
		return c.send(b)
	}
	text = variable.ReplaceAllStringFunc(text, func(v string) string {
		if value, ok := s.variables[v[1:]]; ok {
			return value
		}
		return v
	})
	p, err := parsePacket(text)
	if err != nil {
		return err
	}
	if p.kind == "CONNECT" {
		if !p.has("client") {
			p.add("client", s.expand("%"+name))
		}
		if v := atoi(p.get("version", "0")); v > 0 {
			c.version = int(v)
		}
	}
	return c.sendPacket(p)
}

func (s *stage) expect(name, text string) error {
	c, ok := s.clients[name]
	if !ok {
		return fmt.Errorf("%s is not connected", name)
	}
	want, err := parsePacket(s.expand(text))
	if err != nil {
		return err
	}
	if want.kind == "CLOSED" {
		delete(s.clients, name)
		defer c.Close()
		if s.broker == "mosquitto" {
			return c.closes("") // which often says nothing: to say why is a SHOULD (4.13)
		}
		return c.closes(want.get("reason", ""))
	}
	got, err := c.receive()
	if err != nil {
		return err
	}
	if err := match(want, got, c.version, s.variables); err != nil {
		return fmt.Errorf("got %v\n%w", got, err)
	}
	if want.kind == "CONNACK" && !c.answered {
		delete(s.clients, name)
		defer c.Close()
		return c.closes("") // MQTT-3.2.2-7
	}
	return nil
}

// expectInGroup adds to the group of packets that may come in any order.
func (s *stage) expectInGroup(name, text string) error {
	if s.groupOf != name {
		if err := s.settle(); err != nil {
			return err
		}
	}
	p, err := parsePacket(s.expand(text))
	s.group, s.groupOf = append(s.group, p), name
	return err
}

// settle receives the group.
func (s *stage) settle() error {
	for len(s.group) > 0 {
		c := s.clients[s.groupOf]
		got, err := c.receive()
		if err != nil {
			return err
		}
		found := -1
		for i, want := range s.group {
			if match(want, got, c.version, s.variables) == nil {
				found = i
				break
			}
		}
		if found < 0 {
			return fmt.Errorf("got %v, want one of %v", got, s.group)
		}
		s.group = append(s.group[:found], s.group[found+1:]...)
	}
	s.groupOf = ""
	return nil
}
