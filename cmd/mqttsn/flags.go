package main

import (
	"fmt"
	"strconv"
	"strings"

	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/mqttsn/client"
)

// A qosFlag is a QoS from min to 2.
type qosFlag struct{ qos, min mqttsn.QoS }

func (f *qosFlag) Type() string   { return "QOS" }
func (f *qosFlag) String() string { return strconv.Itoa(int(f.qos)) }

func (f *qosFlag) Set(s string) error {
	n, err := strconv.Atoi(s)
	if err != nil || n < int(f.min) || n > int(mqttsn.QoS2) {
		return fmt.Errorf("it is not one of %d to 2", f.min)
	}
	f.qos = mqttsn.QoS(n)
	return nil
}

// A predefinedFlag is a list of predefined topics, each with its name if that was given.
type predefinedFlag struct {
	topics []client.Topic
	names  map[uint16]string
}

func (f *predefinedFlag) Type() string { return "ID[=NAME]" }

func (f *predefinedFlag) String() string {
	var words []string
	for _, t := range f.topics {
		words = append(words, t.String())
	}
	return strings.Join(words, " ")
}

func (f *predefinedFlag) Set(s string) error {
	number, name, _ := strings.Cut(s, "=")
	id, err := strconv.ParseUint(number, 10, 16)
	if err != nil || uint16(id) == mqttsn.NoTopicID || uint16(id) == mqttsn.ReservedTopicID {
		return fmt.Errorf("it is not a number from 1 to 65534, or such a number, = and a name")
	}
	f.topics = append(f.topics, client.Predefined(uint16(id)))
	if name != "" {
		if f.names == nil {
			f.names = make(map[uint16]string)
		}
		f.names[uint16(id)] = name
	}
	return nil
}
