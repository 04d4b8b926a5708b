package ledger

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"sync"
	"time"

	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/mqttsn/client"
)

// Devices are quick to repeat themselves, and patient: a gateway that restarts is no reason to give up a session.
const (
	deviceRetry   = 300 * time.Millisecond
	deviceRetries = 50

	// Of a device that is going to fall silent: it must be lost soon.
	silentKeepAlive = 4 * time.Second
	silentSleep     = 8 * time.Second
)

// A device is simulated: it publishes to its own topic and to its neighbour, receives what is for it and for all, and
// has a will.
type device struct {
	f         *fleet
	id        string
	neighbour string
	sleeper   bool
	clean     bool
	silent    bool // to be, from silentAt on
	silentAt  time.Time
	client    *client.Client
	ready     sync.Once
}

func (d *device) run(ctx context.Context) error {
	conn, err := net.Dial("udp", d.f.w.udp)
	if err != nil {
		return err
	}
	defer conn.Close()
	cfg := client.Config{
		ClientID: d.id, CleanSession: d.clean, KeepAlive: d.f.keepAlive, RetryInterval: deviceRetry, Retries: deviceRetries,
		Resume: true, FirstMsgID: uint16(rand.Uint32()), MTU: 4096,
		Will: &client.Will{Topic: "will/" + d.id, Payload: d.f.ledger.Will(d.id, "will/"+d.id, 2), QoS: mqttsn.QoS2},
	}
	if d.silent {
		cfg.KeepAlive = silentKeepAlive
	}
	d.client = client.New(&tappedLink{conn, d}, cfg)
	lost := make(chan error, 1)
	d.client.OnLost(func(err error) { lost <- err })
	d.client.OnMessage(d.receive)

	alive, die := context.WithCancel(ctx)
	var recovery sync.WaitGroup
	recovery.Go(func() { d.recover(alive, lost) })
	defer recovery.Wait()
	defer die()
	d.begin(alive)
	d.live(alive)
	if d.silent && ctx.Err() == nil {
		die()
		d.client.Close()
		d.f.w.trace.note(d.id, "is silent")
		d.f.ledger.Silenced(d.id)
	}
	<-ctx.Done()
	return d.client.Close()
}

func (d *device) begin(ctx context.Context) {
	d.connect(ctx)
	d.subscribe(ctx)
	d.f.isReady(&d.ready)
	if d.silent {
		d.silentAt = time.Now().Add(randomly(d.f.silenceAfter))
	}
}

// live goes on until the load ends, or it is time to fall silent.
func (d *device) live(ctx context.Context) {
	for d.step(ctx, d.f.loadOver) && !d.isTimeUp() {
	}
	if d.sleeper && !d.isTimeUp() {
		d.connect(ctx)
	}
}

func (d *device) isTimeUp() bool { return d.silent && time.Now().After(d.silentAt) }

// step is a publication of a device that is awake, or a whole cycle of a sleeper.
func (d *device) step(ctx context.Context, end <-chan struct{}) bool {
	d.publish(ctx)
	if !d.sleeper {
		return pause(ctx, end, d.f.pace)
	}
	d.publish(ctx)
	sleep := d.f.sleepFor
	if d.silent {
		sleep = silentSleep
	}
	if err := d.client.Sleep(ctx, sleep); err != nil {
		d.f.w.trace.note(d.id, "cannot sleep: "+err.Error())
		return pause(ctx, end, d.f.pace)
	}
	for range 1 + rand.IntN(3) {
		if !pause(ctx, end, 2*time.Second) || d.isTimeUp() {
			return false
		}
		if err := d.client.Wake(ctx); err != nil {
			d.f.w.trace.note(d.id, "cannot wake: "+err.Error())
		}
	}
	d.connect(ctx)
	return !over(ctx, end)
}

// publish publishes a message and waits for its acknowledgement. After a refusal it leaves the gateway alone for a
// while.
func (d *device) publish(ctx context.Context) {
	topic := "up/" + d.id
	if rand.IntN(4) == 0 {
		topic = "peer/" + d.neighbour
	}
	qos := randomQoS()
	payload := d.f.ledger.Publish(d.id, topic, qos)
	err := d.client.Publish(ctx, client.Message{Topic: client.Name(topic), QoS: mqttsn.QoS(qos), Payload: payload})
	var rejected *client.RejectedError
	switch {
	case err == nil:
		if d.f.w.mode == transparent && qos == 1 && !d.f.ledger.Has(theBroker, payload) {
			d.f.ledger.Blame(Lie, d.id, idOf(payload))
		}
		d.f.ledger.Acknowledged(payload)
	case errors.As(err, &rejected):
		d.f.ledger.Refused(payload)
		d.f.w.trace.note(d.id, "refused "+idOf(payload)+": "+err.Error())
		pause(ctx, nil, 2*time.Second)
	default:
		d.f.ledger.Abandoned(payload)
		d.f.w.trace.note(d.id, "abandoned "+idOf(payload)+": "+err.Error())
	}
}

// connect connects, however long it takes.
func (d *device) connect(ctx context.Context) {
	for ctx.Err() == nil {
		err := d.client.Connect(ctx)
		if err == nil {
			return
		}
		d.f.w.trace.note(d.id, "cannot connect: "+err.Error())
		pause(ctx, nil, time.Second)
	}
}

// subscribe subscribes to everything, however long it takes.
func (d *device) subscribe(ctx context.Context) {
	for _, filter := range []string{"down/" + d.id, "peer/" + d.id, "all/#"} {
		d.f.ledger.Subscribing(d.id, filter, 2)
		for ctx.Err() == nil {
			qos, err := d.client.Subscribe(ctx, client.Name(filter), mqttsn.QoS2, nil)
			if err == nil {
				d.f.ledger.Subscribed(d.id, filter, byte(qos))
				break
			}
			d.f.w.trace.note(d.id, "cannot subscribe: "+err.Error())
			pause(ctx, nil, time.Second)
		}
	}
}

func (d *device) receive(m client.Message) {
	d.f.ledger.Arrived(d.id, m.Topic.Name, m.Payload)
}

// recover comes back each time that the gateway has ended the session, which it should not do.
func (d *device) recover(ctx context.Context, lost <-chan error) {
	for {
		select {
		case <-ctx.Done():
			return
		case err := <-lost:
			d.f.w.trace.note(d.id, "lost: "+err.Error())
			if !d.f.goodbyes {
				d.f.ledger.Blame(Noticed, d.id, err.Error())
			}
		}
		if d.clean {
			d.f.ledger.Forgotten(d.id)
		}
		d.connect(ctx)
		if d.clean {
			d.subscribe(ctx)
		}
	}
}

// A tappedLink notes what a device sends and receives.
type tappedLink struct {
	net.Conn
	d *device
}

func (l *tappedLink) Read(b []byte) (int, error) {
	n, err := l.Conn.Read(b)
	if err == nil {
		l.d.f.w.trace.device(l.d.id, "<-", b[:n])
	}
	return n, err
}

// Close ends reading, and keeps the port: whoever got it next would be taken for the device.
func (l *tappedLink) Close() error { return l.Conn.SetReadDeadline(time.Now()) }

func (l *tappedLink) Write(b []byte) (int, error) {
	l.d.f.w.trace.device(l.d.id, "->", b)
	return l.Conn.Write(b)
}

// randomQoS is 1 or 2, and sometimes 0.
func randomQoS() byte {
	switch n := rand.IntN(10); {
	case n == 0:
		return 0
	case n < 5:
		return 1
	}
	return 2
}

// randomly spreads a time: half of it to one and a half.
func randomly(d time.Duration) time.Duration { return d/2 + rand.N(d) }

// pause waits for about d, and reports false if ctx ended or end was closed meanwhile.
func pause(ctx context.Context, end <-chan struct{}, d time.Duration) bool {
	timer := time.NewTimer(randomly(d))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-end:
	case <-ctx.Done():
	}
	return false
}

func over(ctx context.Context, end <-chan struct{}) bool {
	select {
	case <-end:
		return true
	default:
		return ctx.Err() != nil
	}
}
