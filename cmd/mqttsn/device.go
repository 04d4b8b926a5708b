package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"mqttsn-gateway/mqttsn/client"
	v2 "mqttsn-gateway/mqttsn/v2"
)

// A device is a client, with the wire that it speaks over and where its troubles are told.
type device struct {
	*client.Client
	wire *wire
	log  io.Writer
}

// open makes a device at the first of the gateway's addresses where somebody listens. Prepare does there what has to
// be done before anything else; it connects, unless the device is to be one that never does.
func (s *session) open(ctx context.Context, log io.Writer, cfg client.Config, prepare func(context.Context, *device) error) (*device, error) {
	var d *device
	err := s.reach(ctx, log, func(ctx context.Context, w *wire) error {
		d = &device{Client: client.New(w, cfg), wire: w, log: log}
		err := prepare(ctx, d)
		if err != nil {
			d.Close()
		}
		return err
	})
	return d, s.explain("the connection", err)
}

// goodbye is how long the gateway may take to answer a DISCONNECT.
const goodbye = 2 * time.Second

// leave ends the session and the device. It works in a context that has ended.
func (d *device) leave() {
	if d.State() != client.Disconnected {
		ctx, cancel := context.WithTimeout(context.Background(), goodbye)
		defer cancel()
		_ = d.Disconnect(ctx) // whatever the answer is, we go
	}
	d.Close()
}

// Pauses between attempts to connect again: the first, and the longest. A gateway that speaks of congestion wants to be
// left alone for more than five minutes (T_WAIT).
const (
	firstPause      = time.Second
	longestPause    = time.Minute
	congestionPause = 5*time.Minute + time.Second
)

// stayConnected connects again whenever the session is lost, until ctx ends, and calls again when it has.
func (d *device) stayConnected(ctx context.Context, again func() error) {
	d.OnLost(func(err error) {
		fmt.Fprintf(d.log, "mqttsn: connection lost: %s; connecting again\n", plain(err))
		for pause := firstPause; ; pause = min(2*pause, longestPause) {
			err := d.Connect(ctx)
			if err == nil {
				err = again()
			}
			if err == nil {
				fmt.Fprintln(d.log, "mqttsn: connected again")
				return
			}
			if congested(err) {
				pause = congestionPause
			}
			if !sleepFor(ctx, pause) {
				return
			}
		}
	})
}

// congested tells whether the gateway wants to be left alone for a while. In version 1.2, any refusal may mean that.
func congested(err error) bool {
	reasoned := (*client.ReasonError)(nil)
	return errors.As(err, new(*client.RejectedError)) || errors.As(err, &reasoned) && reasoned.Reason == v2.Congestion
}

// sleepFor waits, and tells whether it was let.
func sleepFor(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
