package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/mqttsn/client"
)

// A sleeper is a device that does one thing after the other, as firmware does: it drives a client.Core by itself, so that
// what it tells of its states and of messages is told in the order in which it happened.
type sleeper struct {
	core     *client.Core
	out      client.Out
	wire     *wire
	heard    chan []byte // closed when the wire is broken
	broken   error       // why; may be read when heard is closed
	closing  chan struct{}
	start    time.Time
	duration time.Duration // of a sleep

	print func(client.Message) error
	log   io.Writer
	state client.State // that was told last
	got   int          // messages since then
}

func newSleeper(w *wire, cfg client.Config, d time.Duration, print func(client.Message) error, log io.Writer) *sleeper {
	s := &sleeper{
		core:     client.NewCore(cfg),
		wire:     w,
		heard:    make(chan []byte),
		closing:  make(chan struct{}),
		start:    time.Now(),
		duration: d,
		print:    print,
		log:      log,
	}
	go s.listen()
	return s
}

// listen hands over what arrives. That nobody listens at the other end, for the moment, does not break the wire.
func (s *sleeper) listen() {
	defer close(s.heard)
	buf := make([]byte, maxDatagram)
	for {
		n, err := s.wire.Read(buf)
		switch {
		case refused(err):
			continue
		case err != nil:
			s.broken = err
			return
		}
		select {
		case s.heard <- append([]byte(nil), buf[:n]...):
		case <-s.closing:
			return
		}
	}
}

// close ends the device without a word.
func (s *sleeper) close() {
	close(s.closing)
	s.wire.Close()
	for range s.heard { // until listen has ended
	}
}

func (s *sleeper) now() time.Duration { return time.Since(s.start) }

func (s *sleeper) say(format string, a ...any) {
	fmt.Fprintf(s.log, time.Now().Format(clock)+" "+format+"\n", a...)
}

func (s *sleeper) connect(ctx context.Context) error {
	_, err := s.do(ctx, (*client.Core).Connect)
	return err
}

func (s *sleeper) subscribe(ctx context.Context, topic client.Topic, qos mqttsn.QoS) error {
	res, err := s.do(ctx, func(core *client.Core, now time.Duration, out *client.Out) client.Request {
		return core.Subscribe(now, topic, qos, out)
	})
	if err == nil {
		s.say("subscribed to %v with QoS %d", topic, res.QoS)
	}
	return err
}

// sleep tells the gateway how long the device is going to sleep, or a little more.
func (s *sleeper) sleep(ctx context.Context, announce time.Duration) error {
	_, err := s.do(ctx, func(core *client.Core, now time.Duration, out *client.Out) client.Request {
		return core.Sleep(now, announce, out)
	})
	return err
}

// rest sleeps until it is time to wake. A device hears nothing meanwhile, but we do. In version 2.0 the gateway may ask the
// device to wake, and may end the session.
func (s *sleeper) rest(ctx context.Context) error {
	timer := time.NewTimer(s.duration)
	defer timer.Stop()
	for {
		select {
		case b, ok := <-s.heard:
			if !ok {
				return s.broken
			}
			s.core.Receive(s.now(), b, &s.out)
			woken, lost := s.out.Wakeup, s.out.Lost
			s.out.Reset()
			switch {
			case lost != nil:
				return lost
			case woken:
				s.say("woken by the gateway")
				return nil
			}
			words, _ := s.wire.trace.version.describe(b)
			s.say("sent to a sleeping device: %s", words)
		case <-timer.C:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// wake collects what the gateway has kept. If there is no answer, the device sleeps on, unless its session is lost by that.
func (s *sleeper) wake(ctx context.Context) error {
	_, err := s.do(ctx, (*client.Core).Wake)
	if errors.Is(err, client.ErrTimeout) && s.core.State() == client.Asleep {
		s.say("no answer")
		return nil
	}
	return err
}

// disconnect says goodbye, and does not insist on an answer.
func (s *sleeper) disconnect() {
	ctx, cancel := context.WithTimeout(context.Background(), goodbye)
	defer cancel()
	_, _ = s.do(ctx, (*client.Core).Disconnect)
}

// do makes a request and lives until it has come to its end.
func (s *sleeper) do(ctx context.Context, ask func(*client.Core, time.Duration, *client.Out) client.Request) (client.Result, error) {
	id := ask(s.core, s.now(), &s.out)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		if res, done, err := s.flush(id); done || err != nil {
			return res, errors.Join(err, res.Err)
		}
		timer.Stop()
		if at, ok := s.core.Deadline(); ok {
			timer.Reset(at - s.now())
		}
		select {
		case b, ok := <-s.heard:
			if !ok {
				return client.Result{}, s.broken
			}
			s.core.Receive(s.now(), b, &s.out)
		case <-timer.C:
			s.core.Tick(s.now(), &s.out)
		case <-ctx.Done():
			s.core.Cancel(s.now(), id, &s.out)
			return client.Result{}, ctx.Err()
		}
	}
}

// flush does what the core asks for, and finds the result of a request.
func (s *sleeper) flush(id client.Request) (res client.Result, done bool, err error) {
	for _, b := range s.out.Send {
		_, _ = s.wire.Write(b) // lost, as datagrams may be
	}
	for _, m := range s.out.Messages {
		s.got++
		err = errors.Join(err, s.print(m))
	}
	for _, r := range s.out.Done {
		if r.Request == id {
			res, done = r, true
		}
	}
	s.tell()
	s.out.Reset()
	return res, done, err
}

// tell says what state the device is in, if it is a new one.
func (s *sleeper) tell() {
	state := s.core.State()
	switch {
	case state == s.state:
		return
	case state == client.Asleep && s.state == client.Awake:
		s.say("%v for %v; messages: %d", state, s.duration, s.got)
	case state == client.Asleep:
		s.say("%v for %v", state, s.duration)
	default:
		s.say("%v", state)
	}
	s.state, s.got = state, 0
}
