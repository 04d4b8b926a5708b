package e2e

import (
	"strconv"
	"strings"
	"time"

	"mqttsn-gateway/gateway/e2e/programs"
)

// A script is a conversation, a line a step; see patterns for datagrams.
//
//	C 02 16                          the device (client) sends this
//	G 02 17                          the next datagram it gets from the gateway
//	G silent                         nothing comes, for a moment: only where no later answer could show it
//	W 0B 0C 20 <led> <m> "open"      the device, "sensor-01", wakes by PINGREQ, until this comes in place of PINGRESP
//	M pub -q 1 -t cmd/led -m on      an ordinary MQTT client publishes: arguments of mosquitto_pub
//	M sub state/#                    an ordinary MQTT client subscribes with QoS 2
//	M got state/pump7 q1 "off"       the next message it gets; q1r was retained
//	// text                          a remark, also at the end of a line
//
// Silence is best shown by a PINGREQ: its answer is the next datagram, so nothing else came before it.
type script struct {
	d    *device
	mqtt string
	sub  *subscriber
}

// play runs the script against a gateway.
func play(g *gatewayProcess, d *device, text string) {
	d.t.Helper()
	s := &script{d: d, mqtt: g.mqtt}
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "//")
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		who, what, _ := strings.Cut(line, " ")
		switch who {
		case "C":
			d.send(what)
		case "G":
			if what = strings.TrimSpace(what); what == "silent" {
				d.wantSilence(line, 50*time.Millisecond)
			} else {
				d.want(line, what)
			}
		case "W":
			s.wake(strings.TrimSpace(what))
		case "M":
			s.client(what)
		default:
			d.t.Fatalf("script: %s", line)
		}
	}
}

// wake is the step of a sleeper that looks for a message. Behind an upstream broker it may still be on its way when
// its publisher is done; then there will be another wake cycle.
func (s *script) wake(want string) {
	s.d.t.Helper()
	for deadline := time.Now().Add(programs.Patience); time.Now().Before(deadline); {
		s.d.send(`0B 16 "sensor-01"`) // E39
		got, err := s.d.receive(programs.Patience)
		if err != nil {
			s.d.t.Fatalf("PINGREQ: %v", err)
		}
		if s.d.match("02 17", got) == nil {
			s.d.wantSilence("after PINGRESP", programs.Pace)
			continue
		}
		if err := s.d.match(want, got); err != nil {
			s.d.t.Fatalf("woken: got  % X\nwant %s: %v", got, want, err)
		}
		return
	}
	s.d.t.Fatalf("woken again and again: want %s", want)
}

// client is a step of the ordinary MQTT clients.
func (s *script) client(step string) {
	t := s.d.t
	t.Helper()
	args := fields(step)
	for i, arg := range args {
		if text, err := strconv.Unquote(arg); err == nil {
			args[i] = text
		}
	}
	switch args[0] {
	case "pub":
		programs.Start(t, programs.Installed(t, "mosquitto_pub"), append([]string{"-p", programs.PortOf(t, s.mqtt)}, args[1:]...)...).Succeed()
	case "sub":
		s.sub = subscribe(t, s.mqtt, args[1], 2)
	case "got":
		s.sub.want(step, message{
			topic:   args[1],
			qos:     int(args[2][1] - '0'),
			retain:  strings.HasSuffix(args[2], "r"),
			payload: args[3],
		})
	default:
		t.Fatalf("script: %s", step)
	}
}
