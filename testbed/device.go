package testbed

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/mqttsn/client"
)

// A device is a sensor with a client of its own.
type device struct {
	fleet  *Fleet
	sensor *Sensor
	topic  client.Topic
	rand   *rand.Rand // for pauses, so that readings do not depend on what the network does
	client *client.Client
	online bool // counted as connected
}

func newDevice(f *Fleet, s *Sensor) *device {
	return &device{
		fleet:  f,
		sensor: s,
		topic:  client.Name(fmt.Sprintf("%s/%s/%d", f.cfg.Prefix, s.Kind, s.Number)),
		rand:   rand.New(rand.NewPCG(^f.cfg.Seed, uint64(s.Number))),
	}
}

// Pauses after an attempt to connect that failed: the first and the longest, each made up to twice as long at random,
// lest all devices come back in the same moment.
const (
	firstPause   = time.Second
	longestPause = 30 * time.Second
)

// goodbye is how long a device waits for the answer to its DISCONNECT.
const goodbye = time.Second

// run is the device's life. The first reading comes at a random moment of the first period, the others one period
// after another. A reading that comes due while the device cannot send is left out, as it would be measured too late.
func (d *device) run(ctx context.Context) {
	period := d.fleet.cfg.Period
	if !pause(ctx, time.Duration(d.rand.Int64N(int64(period)+1))) {
		return
	}
	transport, err := d.fleet.cfg.Dial(ctx)
	if err != nil {
		d.fleet.counts.failed(err)
		return
	}
	d.client = client.New(transport, d.config())
	defer d.leave()

	start := time.Now()
	for n := time.Duration(0); ; n++ {
		reading := d.sensor.Read(period)
		if time.Since(start) < (n+1)*period && d.connect(ctx) {
			d.publish(ctx, reading)
			d.sleep(ctx)
		}
		if !pause(ctx, time.Until(start.Add((n+1)*period))) {
			return
		}
	}
}

// config is a client's. A sleeper wakes to the session that it has. As an earlier run may have left that, ids of messages
// begin anywhere, not where the seed says.
func (d *device) config() client.Config {
	return client.Config{
		ClientID:      fmt.Sprintf("%s-%d", d.fleet.cfg.Prefix, d.sensor.Number),
		KeepAlive:     time.Minute,
		CleanSession:  !d.fleet.cfg.Sleep,
		FirstMsgID:    uint16(rand.Uint32()),
		RetryInterval: d.fleet.cfg.RetryInterval,
		Retries:       d.fleet.cfg.Retries,
	}
}

// connect makes the device active, from wherever it is. It goes on until it succeeds or ctx ends.
func (d *device) connect(ctx context.Context) bool {
	switch d.client.State() {
	case client.Active:
		return true
	case client.Disconnected:
		d.setOnline(false) // noticed only now
	}
	for wait := firstPause; ; wait = min(2*wait, longestPause) {
		err := d.client.Connect(ctx)
		switch {
		case err == nil:
			d.setOnline(true)
			return true
		case ctx.Err() != nil:
			return false
		}
		d.setOnline(false)
		d.fleet.counts.failed(err)
		if !pause(ctx, wait+time.Duration(d.rand.Int64N(int64(wait)))) {
			return false
		}
	}
}

func (d *device) publish(ctx context.Context, reading string) {
	qos := d.fleet.cfg.QoS
	d.fleet.counts.sent.Add(1)
	err := d.client.Publish(ctx, client.Message{Topic: d.topic, QoS: qos, Payload: []byte(reading)})
	switch {
	case err == nil && qos > mqttsn.QoS0:
		d.fleet.counts.acknowledged.Add(1)
	case err != nil:
		d.failed(ctx, err)
	}
}

// sleep lets the device sleep until its next reading, for which it wakes by CONNECT: that is how a device does that has
// something to send (6.14).
func (d *device) sleep(ctx context.Context) {
	if !d.fleet.cfg.Sleep || d.client.State() != client.Active {
		return
	}
	if err := d.client.Sleep(ctx, d.fleet.cfg.Period+sleepMargin); err != nil {
		d.failed(ctx, err)
	}
}

// sleepMargin is told to the gateway on top of the period: the device may be late, and its CONNECT be lost.
const sleepMargin = 30 * time.Second

// failed counts an error, unless it is that the device has to end.
func (d *device) failed(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	d.fleet.counts.failed(err)
	if d.client.State() == client.Disconnected {
		d.setOnline(false)
	}
}

// setOnline counts the device as one that has a session, or has none.
func (d *device) setOnline(online bool) {
	switch {
	case online && !d.online:
		d.fleet.counts.connected.Add(1)
		d.fleet.counts.connects.Add(1)
	case !online && d.online:
		d.fleet.counts.connected.Add(-1)
	}
	d.online = online
}

// leave ends the session, and does not insist on an answer.
func (d *device) leave() {
	if d.client.State() != client.Disconnected {
		ctx, cancel := context.WithTimeout(context.Background(), goodbye)
		defer cancel()
		_ = d.client.Disconnect(ctx)
	}
	d.setOnline(false)
	d.client.Close()
}

// pause waits, and returns false if ctx ended meanwhile.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
