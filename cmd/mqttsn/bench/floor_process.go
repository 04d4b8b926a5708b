package bench

import (
	"bufio"
	"context"
	"fmt"
	"net/netip"
	"os/exec"
)

// RunFloor does what cfg says against a floor in a process of its own: command starts one, and its first line of output is
// what [Floor.String] says.
func RunFloor(ctx context.Context, cfg Config, command *exec.Cmd) (*Report, error) {
	stdout, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start the floor: %w", err)
	}
	defer command.Wait()
	defer command.Process.Kill()
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("the floor does not say where it is: %w", err)
	}
	var udp, tcp string
	if _, err := fmt.Sscan(line, &udp, &tcp); err != nil {
		return nil, fmt.Errorf("where the floor is: %w", err)
	}
	if cfg.Gateway, err = netip.ParseAddrPort(udp); err != nil {
		return nil, err
	}
	cfg.Broker, cfg.PID = "mqtt://"+tcp, command.Process.Pid
	return Run(ctx, cfg)
}
