package main

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/spf13/pflag"

	"mqttsn-gateway/mqttsn/client"
)

// topics are those that a command line names, in each of the ways in which MQTT-SN knows topics.
type topics struct {
	names      []string
	short      []string
	predefined predefinedFlag
}

// flags defines them; what says what the topics are for.
func (t *topics) flags(f *pflag.FlagSet, what string) {
	f.StringArrayVarP(&t.names, "topic", "t", nil, what)
	f.Var(&t.predefined, "predefined", "the same, for a topic that the gateway knows by a number")
	f.StringArrayVar(&t.short, "short", nil, "the same, for a topic `NAME` of two characters that goes without a number")
}

// list gives them all, checked as far as this can be done without a gateway.
func (t *topics) list() (list []client.Topic, err error) {
	for _, name := range t.names {
		list = append(list, client.Name(name))
	}
	list = append(list, t.predefined.topics...)
	for _, name := range t.short {
		if len(name) != 2 {
			return nil, fmt.Errorf("--short %q: a short topic name has two octets, no more and no less", name)
		}
		list = append(list, client.Short(name))
	}
	for _, topic := range list {
		if err := checkName(topic); err != nil {
			return nil, err
		}
	}
	if len(list) == 0 {
		return nil, errors.New("there is no topic: give one with -t, --predefined or --short")
	}
	return list, nil
}

func checkName(t client.Topic) error {
	switch {
	case t.ID != 0:
		return nil
	case t.Name == "":
		return errors.New("a topic's name is empty")
	case !utf8.ValidString(t.Name):
		return fmt.Errorf("the topic %q is not UTF-8", t.Name)
	}
	return nil
}

// one gives the topic to publish to.
func (t *topics) one() (client.Topic, error) {
	list, err := t.list()
	switch {
	case err != nil:
		return client.Topic{}, err
	case len(list) > 1:
		return client.Topic{}, errors.New("there is more than one topic: publish to one at a time")
	case strings.ContainsAny(list[0].Name, "+#"):
		return client.Topic{}, fmt.Errorf("the topic %q has a wildcard, which only a subscription may have", list[0].Name)
	}
	return list[0], nil
}

// everyPredefined makes a client take messages under any predefined id, with a name if one was given: a tool shows what
// comes, and does not refuse it because nobody told it before.
func (t *topics) everyPredefined() map[uint16]string {
	all := make(map[uint16]string, math.MaxUint16)
	for id := uint16(1); id < math.MaxUint16; id++ {
		all[id] = t.predefined.names[id]
	}
	return all
}
