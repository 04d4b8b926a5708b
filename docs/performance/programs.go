package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"time"
)

// A program is a process of ours, or mosquitto's.
type program struct {
	cmd *exec.Cmd
}

// patience is how long a program may take to serve.
const patience = time.Minute

func (p *program) pid() int { return p.cmd.Process.Pid }

// kill ends it at once.
func (p *program) kill() {
	p.cmd.Process.Kill()
	p.cmd.Wait()
}

// start starts a program. What it writes to standard error goes to ready line by line, until that reports true.
func start(cmd *exec.Cmd, ready func(line string) bool) (*program, error) {
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	is := make(chan bool, 1)
	go func() {
		var last string
		lines := bufio.NewScanner(stderr)
		for waiting := true; lines.Scan(); {
			if last = lines.Text(); waiting && ready(last) {
				is <- true
				waiting = false
			}
		}
		is <- false
	}()
	select {
	case yes := <-is:
		if yes {
			return &program{cmd}, nil
		}
	case <-time.After(patience):
	}
	cmd.Process.Kill()
	cmd.Wait()
	return nil, fmt.Errorf("%s does not serve", filepath.Base(cmd.Path))
}

// A gateway is a running gateway, and a mosquitto behind it where its mode has one.
type gateway struct {
	*program
	mosquitto *program // nil: none
	mode      string
	udp       netip.AddrPort
	broker    string        // where ordinary clients go
	took      time.Duration // until it was ready
}

func (g *gateway) stop() {
	g.kill()
	if g.mosquitto != nil {
		g.mosquitto.kill()
	}
}

// options are what a gateway is started with beyond its mode.
type options struct {
	data string   // directory of the store; empty: none
	env  []string // more environment
}

// settings raise the limits that keep loads such as ours away.
const settings = `gateway: {mode: %s, data: %q}
links: [{name: udp, listen: %q}]
mqtt: {listeners: [{name: tcp, listen: %q}], max_clients: 20000, max_clients_per_host: 20000, connect_rate: 0}
sessions: {max: 1000000}
limits: {device_rate: 0, forwarder_rate: 0}
`

// gateway starts one, with a mosquitto behind it where the mode needs one.
func (l *lab) gateway(ctx context.Context, mode string, o options) (*gateway, error) {
	udp, tcp := freePort(), freePort()
	g := &gateway{mode: mode, udp: netip.AddrPortFrom(loopback, udp), broker: fmt.Sprintf("mqtt://127.0.0.1:%d", tcp)}
	config := fmt.Sprintf(settings, mode, o.data, g.udp, netip.AddrPortFrom(loopback, tcp))
	if mode != "builtin" {
		var err error
		if g.mosquitto, g.broker, err = l.mosquitto(ctx); err != nil {
			return nil, err
		}
		config += fmt.Sprintf("upstream: {url: %q, dial_rate: 1000}\n", g.broker)
	}
	file := filepath.Join(l.dir, "gateway.yaml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, filepath.Join(l.bin, "mqttsn-gateway"), "run", "-c", file)
	cmd.Env = append(os.Environ(), o.env...)
	begun := time.Now()
	var err error
	if g.program, err = start(cmd, func(line string) bool { return strings.Contains(line, "msg=ready") }); err != nil {
		if g.mosquitto != nil {
			g.mosquitto.kill()
		}
		return nil, err
	}
	g.took = time.Since(begun)
	return g, nil
}

// mosquitto starts one with nothing but a listener.
func (l *lab) mosquitto(ctx context.Context) (*program, string, error) {
	path, err := exec.LookPath("mosquitto")
	if err != nil {
		path = "/usr/sbin/mosquitto"
	}
	me, err := user.Current()
	if err != nil {
		return nil, "", err
	}
	port := freePort()
	file := filepath.Join(l.dir, "mosquitto.conf")
	config := fmt.Sprintf("listener %d 127.0.0.1\nuser %s\nallow_anonymous true\nmax_queued_messages 0\nlog_type information\nlog_dest stderr\n", port, me.Username)
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		return nil, "", err
	}
	p, err := start(exec.CommandContext(ctx, path, "-c", file), func(line string) bool { return strings.Contains(line, " running") })
	if err != nil {
		return nil, "", errors.Join(err, errors.New("is mosquitto installed? make deps"))
	}
	return p, fmt.Sprintf("mqtt://127.0.0.1:%d", port), nil
}

var loopback = netip.AddrFrom4([4]byte{127, 0, 0, 1})

// freePort is a port that nobody listens at, neither with TCP nor with UDP.
func freePort() uint16 {
	for port := nextPort; ; port++ {
		address := netip.AddrPortFrom(loopback, port).String()
		tcp, err := net.Listen("tcp", address)
		if err != nil {
			continue
		}
		tcp.Close()
		udp, err := net.ListenPacket("udp", address)
		if err != nil {
			continue
		}
		udp.Close()
		nextPort = port + 1
		return port
	}
}

// nextPort begins below the ports that the system gives to clients.
var nextPort uint16 = 17000
