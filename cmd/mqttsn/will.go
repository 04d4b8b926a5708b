package main

import (
	"errors"

	"github.com/spf13/pflag"

	"mqttsn-gateway/mqttsn/client"
)

// A will is what a command line says of the client's will.
type will struct {
	topic, payload string
	qos            qosFlag
	retain         bool
}

func (w *will) flags(f *pflag.FlagSet) {
	f.StringVar(&w.topic, "will-topic", "", "`TOPIC` on which the gateway publishes the will when it loses this client")
	f.StringVar(&w.payload, "will-payload", "", "`MESSAGE` of the will; by default it is empty")
	f.Var(&w.qos, "will-qos", "QoS of the will, 0 to 2")
	f.BoolVar(&w.retain, "will-retain", false, "the will is a retained message")
}

func (w *will) check() error {
	if w.topic == "" && (w.payload != "" || w.qos.qos != 0 || w.retain) {
		return errors.New("a will needs a topic: give one with --will-topic")
	}
	return nil
}

// config is the will for a client.Config, nil for none.
func (w *will) config() *client.Will {
	if w.topic == "" {
		return nil
	}
	return &client.Will{Topic: w.topic, Payload: []byte(w.payload), QoS: w.qos.qos, Retain: w.retain}
}
