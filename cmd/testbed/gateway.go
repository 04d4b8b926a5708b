package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// A gatewayProcess is a gateway that this program has started.
type gatewayProcess struct {
	udp, mqtt string // where devices and MQTT clients find it

	cmd    *exec.Cmd
	log    io.Writer     // for what it has to complain of
	linkUp chan struct{} // closed when a radio is ready for the first time
	exited chan struct{}
	err    error // why it has exited; may be read when exited is closed
}

const gatewayName = "mqttsn-gateway"

// findGateway finds the program: beside this one, where "make" puts both, or else where the system finds programs.
func findGateway() (string, error) {
	if self, err := os.Executable(); err == nil {
		beside := filepath.Join(filepath.Dir(self), gatewayName)
		if _, err := os.Stat(beside); err == nil {
			return beside, nil
		}
	}
	path, err := exec.LookPath(gatewayName)
	if err != nil {
		return "", fmt.Errorf("there is no program %s beside this one: run make, or say where it is with --gateway-program", gatewayName)
	}
	return path, nil
}

// gatewayStart bounds the time until the gateway is ready, gatewayStop the time that it has to end.
const (
	gatewayStart = 20 * time.Second
	gatewayStop  = 10 * time.Second
)

// startGateway starts a gateway that listens at the addresses, with whatever else its environment says, and waits until it
// serves. It is in our process group, so that Ctrl-C and the like reach it as well.
func startGateway(program, udp, mqtt string, log io.Writer, environ ...string) (*gatewayProcess, error) {
	g := &gatewayProcess{cmd: exec.Command(program, "run", "--udp", udp, "--mqtt", mqtt), log: log, linkUp: make(chan struct{}), exited: make(chan struct{})}
	g.cmd.Env = append(withoutConfiguration(os.Environ()), "MQTTSN_GATEWAY_LOG_FORMAT=json")
	g.cmd.Env = append(g.cmd.Env, environ...)
	stderr, err := g.cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := g.cmd.Start(); err != nil {
		return nil, err
	}
	ready := make(chan struct{})
	go func() {
		defer close(g.exited)
		g.readLog(stderr, ready)
		g.err = g.cmd.Wait()
	}()
	timer := time.NewTimer(gatewayStart)
	defer timer.Stop()
	select {
	case <-ready:
		return g, nil
	case <-g.exited:
		return nil, fmt.Errorf("the gateway could not start: %w", g.exitError())
	case <-timer.C:
		g.kill()
		return nil, errors.New("the gateway does not become ready")
	}
}

// withoutConfiguration leaves out what would configure the gateway in another way than we want.
func withoutConfiguration(environ []string) (kept []string) {
	for _, e := range environ {
		if !strings.HasPrefix(e, "MQTTSN_GATEWAY_") {
			kept = append(kept, e)
		}
	}
	return kept
}

// readLog learns from the gateway's log where it listens and when it is ready, and passes on what is not said for
// information only.
func (g *gatewayProcess) readLog(r io.Reader, ready chan<- struct{}) {
	isReady, isUp := false, false
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		var entry struct{ Level, Msg, Address string }
		if err := json.Unmarshal(lines.Bytes(), &entry); err != nil {
			fmt.Fprintln(g.log, lines.Text())
			continue
		}
		if entry.Msg == "link is up" && !isUp {
			isUp = true
			close(g.linkUp)
		}
		switch {
		case isReady:
		case entry.Msg == "listening for devices":
			g.udp = entry.Address
		case entry.Msg == "listening for MQTT clients":
			g.mqtt = entry.Address
		case entry.Msg == "ready":
			isReady = true
			close(ready)
		}
		if entry.Level != "info" && entry.Level != "debug" {
			fmt.Fprintf(g.log, "%s: %s\n", gatewayName, lines.Text())
		}
	}
	_, _ = io.Copy(io.Discard, r) // should a line be too long for us
}

// waitLinkUp waits until the gateway has found its radio.
func (g *gatewayProcess) waitLinkUp(ctx context.Context) error {
	timer := time.NewTimer(gatewayStart)
	defer timer.Stop()
	select {
	case <-g.linkUp:
		return nil
	case <-g.exited:
		return fmt.Errorf("the gateway has ended: %w", g.exitError())
	case <-timer.C:
		return errors.New("the gateway does not find its radio")
	case <-ctx.Done():
		return ctx.Err()
	}
}

// exitError is why the gateway has exited.
func (g *gatewayProcess) exitError() error {
	if g.err == nil {
		return errors.New("it ended by itself")
	}
	return g.err
}

// stop ends the gateway. It is told to only when it has not begun to after grace: a second signal would not let it say
// goodbye to its devices.
func (g *gatewayProcess) stop(grace time.Duration) {
	if g.waitExit(grace) {
		return
	}
	_ = g.cmd.Process.Signal(syscall.SIGTERM)
	if !g.waitExit(gatewayStop) {
		fmt.Fprintf(g.log, "%s does not stop: it is killed\n", gatewayName)
		g.kill()
	}
}

func (g *gatewayProcess) kill() {
	_ = g.cmd.Process.Kill()
	<-g.exited
}

func (g *gatewayProcess) waitExit(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-g.exited:
		return true
	case <-timer.C:
		return false
	}
}
