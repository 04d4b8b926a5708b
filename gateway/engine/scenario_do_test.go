package engine_test

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/mqttsn"
	v2 "mqttsn-gateway/mqttsn/v2"
	"mqttsn-gateway/radio"
)

// do performs a line that puts something into the engine.
func (w *world) do(verb string, args []string) error {
	w.began = w.now
	switch kindOf(verb) {
	case "device":
		return w.device(verb, args)
	case "after":
		d, err := time.ParseDuration(args[0])
		if err != nil {
			return err
		}
		return w.advance(w.now + d)
	case "message":
		p, err := parseMQTT(append([]string{"PUBLISH", "topic=" + args[0], "id=1"}, args[1:]...))
		if err == nil {
			w.packet(w.observer, p)
		}
		return err
	case "client":
		return w.client(args)
	case "broker":
		return w.broker(args)
	case "radio":
		return w.radio(verb, args[0])
	case "disk":
		return w.diskDoes(args[0])
	case "restart":
		if err := configure(&w.config, args); err != nil {
			return err
		}
		return w.start()
	case "shutdown":
		return w.call(func(out *engine.Out) { w.engine.Shutdown(w.now, out) })
	case "operator":
		return w.operator(args)
	}
	return fmt.Errorf("%s: no such line", verb)
}

// operator performs kick, forget or kick-client with the session that follows, approve or dismiss with the client id and
// link of a device, or puts other access rules or keys in force.
func (w *world) operator(args []string) error {
	switch {
	case args[0] == "rules":
		w.config.Access = nil
		if err := configure(&w.config, args[1:]); err != nil {
			return err
		}
		return w.call(func(out *engine.Out) { w.engine.SetAccess(w.now, w.config.Access, w.config.Client.Access, out) })
	case args[0] == "keys":
		w.config.Protection.Keys = nil
		if err := configure(&w.config, args[1:]); err != nil {
			return err
		}
		var err error
		failed := w.call(func(out *engine.Out) { err = w.engine.SetKeys(w.now, w.config.Protection.Keys, out) })
		return errors.Join(err, failed)
	case len(args) == 3:
		return w.decides(args[0], engine.Applicant{Client: args[1], Link: args[2]})
	}
	command, ok := map[string]func(now time.Duration, id string, out *engine.Out) bool{
		"kick": w.engine.Kick, "forget": w.engine.Forget, "kick-client": w.engine.KickClient,
	}[args[0]]
	if !ok || len(args) != 2 {
		return errors.New("an operator can kick, forget and kick-client a session")
	}
	done := false
	err := w.call(func(out *engine.Out) { done = command(w.now, args[1], out) })
	if err == nil && !done {
		err = fmt.Errorf("%s has no such session", args[1])
	}
	return err
}

func (w *world) decides(command string, ap engine.Applicant) (err error) {
	failed := w.call(func(out *engine.Out) {
		switch command {
		case "approve":
			err = w.engine.Approve(w.now, ap, out)
		case "dismiss":
			if !w.engine.Dismiss(w.now, ap, out) {
				err = fmt.Errorf("there is no %s on %s", ap.Client, ap.Link)
			}
		default:
			err = fmt.Errorf("an operator cannot %s a device", command)
		}
	})
	return errors.Join(err, failed)
}

func (w *world) device(verb string, args []string) error {
	a, err := parseAddr(w.config, verb)
	if err != nil {
		return err
	}
	var data []byte
	switch {
	case args[0] == "hex":
		data, err = hex.DecodeString(strings.Join(args[1:], ""))
	case isProtected(args):
		data, err = w.protected(args[2:])
	default:
		data, err = encode(args)
	}
	if err != nil {
		return err
	}
	switch {
	case a.Forwarder2:
		data = v2.Forwarder{Address: []byte(a.Node), Inner: data}.Append(nil)
	case a.Forwarded:
		data = mqttsn.Forward{NodeID: []byte(a.Node), Inner: data}.Append(nil)
	}
	return w.call(func(out *engine.Out) {
		w.engine.Datagram(w.now, a.Link, a.Peer, data, out)
		clear(data) // the engine must have copied what it keeps
	})
}

func (w *world) client(args []string) error {
	name := "to " + args[0]
	id := w.conns[name]
	if id == 0 {
		id = w.accept(name)
	}
	if args[1] == "lost" {
		return w.lose(id)
	}
	p, err := parseMQTT(args[1:])
	if err != nil {
		return err
	}
	return w.packet(id, p)
}

func (w *world) broker(args []string) error {
	id := w.conns["uplink "+args[0]]
	if id == 0 || len(args) < 2 {
		return fmt.Errorf("there is no connection for %s", args[0])
	}
	switch args[1] {
	case "accepts":
		return w.call(func(out *engine.Out) { w.engine.Dialed(w.now, id, out) })
	case "lost":
		return w.lose(id)
	}
	p, err := parseMQTT(args[1:])
	if err != nil {
		return err
	}
	return w.packet(id, p)
}

func (w *world) radio(verb, what string) error {
	a, err := parseAddr(w.config, verb)
	if err != nil {
		return err
	}
	kinds := map[string]radio.EventKind{"send-failed": radio.SendFailed, "up": radio.LinkUp, "down": radio.LinkDown}
	kind, ok := kinds[what]
	if !ok {
		return fmt.Errorf("a radio cannot %s", what)
	}
	return w.call(func(out *engine.Out) { w.engine.LinkEvent(w.now, a.Link, radio.Event{Kind: kind, Peer: a.Peer}, out) })
}

func (w *world) diskDoes(what string) error {
	switch what {
	case "waits":
		w.slow = true
	case "fails":
		w.slow = true
		return w.call(func(out *engine.Out) { w.engine.StoreFailing(w.now, true, out) })
	case "writes":
		w.slow = false
		for _, b := range w.waiting {
			w.commit(b)
		}
		w.waiting = nil
		w.carryOut()
		return w.call(func(out *engine.Out) { w.engine.StoreFailing(w.now, false, out) })
	case "is-empty":
		return w.disk.Load(func(key, _ []byte) error { return fmt.Errorf("on disk is %q", key) })
	default:
		return fmt.Errorf("a disk cannot %s", what)
	}
	return nil
}
