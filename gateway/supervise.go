package gateway

import (
	"context"
	"fmt"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"

	"mqttsn-gateway/gateway/engine"
)

// supervise tells systemd, if that has started us, that we are ready, what we do, and that the loop still turns: see
// sd_notify(3) and WatchdogSec= in systemd.service(5). It returns when ctx is done. A loop that is stuck says nothing,
// and systemd starts us again.
func (g *gateway) supervise(ctx context.Context) {
	if told, _ := daemon.SdNotify(false, daemon.SdNotifyReady); !told {
		return // nobody watches
	}
	every := statusInterval
	if limit, err := daemon.SdWatchdogEnabled(false); err != nil {
		g.log.WithError(err).Warn("systemd's watchdog cannot be answered")
	} else if limit > 0 {
		every = min(every, limit/2)
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		if status, ok := g.loop.status(ctx); ok {
			daemon.SdNotify(false, daemon.SdNotifyWatchdog+"\nSTATUS="+status)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			daemon.SdNotify(false, daemon.SdNotifyStopping)
			return
		}
	}
}

// statusInterval is how often "systemctl status" is told something new, where the watchdog does not want it more often.
const statusInterval = 30 * time.Second

// status says in a line what the gateway does. It reports false if the loop has ended.
func (l *loop) status(ctx context.Context) (line string, ok bool) {
	ok = l.ask(ctx, func(e *engine.Engine, _ time.Duration, _ *engine.Out) {
		s := e.Stats()
		line = fmt.Sprintf("%d devices active, %d asleep, %d lost",
			s.Devices(engine.Active)+s.Devices(engine.Awake), s.Devices(engine.Asleep), s.Devices(engine.Lost))
	})
	return line, ok
}
