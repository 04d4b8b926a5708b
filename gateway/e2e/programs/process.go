package programs

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Patience is how long a test waits for something that should come at once. A busy machine may take its time.
const Patience = 10 * time.Second

// A Process runs until it ends, is stopped, or its test is over.
type Process struct {
	T              testing.TB // the test that it belongs to
	name           string
	cmd            *exec.Cmd
	Stdout, Stderr Output
	Exited         chan struct{} // closed when it has ended and all output was read
}

// Start runs a program in a directory of its own. What it wrote is shown if the test fails.
func Start(t testing.TB, path string, args ...string) *Process {
	t.Helper()
	return StartIn(t, t.TempDir(), nil, path, args...)
}

// StartIn is Start with a directory and additional environment variables. Those that configure a gateway are not
// passed on from our own environment.
func StartIn(t testing.TB, dir string, env []string, path string, args ...string) *Process {
	t.Helper()
	p := &Process{T: t, name: filepath.Base(path), cmd: exec.Command(path, args...), Exited: make(chan struct{})}
	p.cmd.Dir = dir
	p.cmd.Env = append(withoutOurs(os.Environ()), env...)
	p.cmd.Stdout, p.cmd.Stderr = &p.Stdout, &p.Stderr
	if err := p.cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", p.name, err)
	}
	go func() {
		p.cmd.Wait() // the state is in p.cmd.ProcessState
		close(p.Exited)
	}()
	t.Cleanup(p.end)
	return p
}

func withoutOurs(environ []string) (kept []string) {
	for _, e := range environ {
		if !strings.HasPrefix(e, "MQTTSN_GATEWAY_") {
			kept = append(kept, e)
		}
	}
	return kept
}

// end is what happens to a process when its test is over.
func (p *Process) end() {
	p.Kill()
	if p.T.Failed() {
		p.T.Logf("%s %q\n%s%s", p.name, p.cmd.Args[1:], p.Stdout.tail(), p.Stderr.tail())
	}
}

// Kill ends the process with SIGKILL and waits until it is gone.
func (p *Process) Kill() {
	p.cmd.Process.Signal(syscall.SIGCONT) // a stopped process dies as well, but let nothing stay behind
	p.cmd.Process.Kill()
	p.WaitExit()
}

// Stop asks the process to end, with SIGTERM, and waits for it.
func (p *Process) Stop() {
	p.T.Helper()
	p.Signal(syscall.SIGTERM)
	p.WaitExit()
}

// Signal sends the process a signal.
func (p *Process) Signal(s syscall.Signal) {
	p.T.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.T.Fatalf("%s: %v: %v", p.name, s, err)
	}
}

// PID is the process's number.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// WaitExit waits for the end of the process and returns its exit code, -1 for one that was killed.
func (p *Process) WaitExit() int {
	p.T.Helper()
	select {
	case <-p.Exited:
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(Patience):
		p.T.Fatalf("%s does not end", p.name)
		return 0
	}
}

// Succeed waits for the end of the process and wants it to have been a success.
func (p *Process) Succeed() {
	p.T.Helper()
	if code := p.WaitExit(); code != 0 {
		p.T.Fatalf("%s %q: exit code %d: %s", p.name, p.cmd.Args[1:], code, p.Stderr.Bytes())
	}
}

// Running reports whether the process has not ended.
func (p *Process) Running() bool {
	select {
	case <-p.Exited:
		return false
	default:
		return true
	}
}
