package sim

import (
	"fmt"
	"time"

	"mqttsn-gateway/mqttsn/client"
)

// suffer is what happens to a device now and then.
func (d *device) suffer() {
	if d.dead || d.over {
		return
	}
	d.fate.after(d.w.dice.around(d.habits.trouble))
	dice := d.w.dice
	switch dice.IntN(7) {
	case 0:
		if !d.habits.forwarded {
			d.move()
		}
	case 1:
		if d.habits.reboots {
			d.reboot()
		}
	case 2:
		d.leave()
	case 3:
		d.unheard = d.w.now + dice.around(time.Minute)
		d.w.tell(d.party.name, "   (its radio is dead until %v)", d.unheard)
	case 4:
		d.changeWill()
	case 5:
		d.changeFilters()
	case 6:
		if dice.chance(0.25) {
			d.die()
		}
	}
}

// move gives the device another port, as home routers do. It notices nothing.
func (d *device) move() {
	delete(d.w.stations, d.addr)
	d.port++
	d.addr.Peer = d.peer()
	d.w.stations[d.addr] = d
	d.w.tell(d.party.name, "   (has another address now)")
}

// reboot loses all memory, in whatever state the device is.
func (d *device) reboot() {
	d.w.tell(d.party.name, "   (reboots)")
	d.w.stats.Reboots++
	d.party.boots++
	d.nap.stop()
	d.boot()
	d.again.after(d.w.dice.between(time.Second, 20*time.Second))
}

// leave says goodbye, and comes back after a while.
func (d *device) leave() {
	if d.core.State() == client.Disconnected || d.connecting {
		return
	}
	d.left = true
	d.nap.stop()
	d.ask(d.core.Disconnect, func(client.Result) {
		d.again.after(d.pause(time.Second, 8*time.Minute))
	})
}

// changeWill gives the device another will, or none.
func (d *device) changeWill() {
	if d.core.State() != client.Active {
		return
	}
	var will *client.Will
	if d.w.dice.chance(0.8) {
		d.wills++
		will = d.habits.will(d.party.name, d.wills)
	}
	d.ask(func(now time.Duration, out *client.Out) client.Request {
		return d.core.UpdateWill(now, will, out)
	}, func(client.Result) {})
}

// changeFilters takes a subscription back, and makes it again.
func (d *device) changeFilters() {
	if d.core.State() != client.Active || len(d.habits.filters) == 0 {
		return
	}
	f := pick(d.w.dice, d.habits.filters)
	d.ask(func(now time.Duration, out *client.Out) client.Request {
		return d.core.Unsubscribe(now, f.topic, out)
	}, func(client.Result) {
		d.w.after(d.w.dice.around(20*time.Second), func() {
			if d.core.State() == client.Active {
				d.subscribe(f)
			} else {
				d.subscribed = false
			}
		})
	})
}

func willPayload(version int) []byte { return fmt.Appendf(nil, "will %d", version) }
