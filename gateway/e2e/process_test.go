package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A process runs until it ends, is stopped, or its test is over.
type process struct {
	t              testing.TB
	name           string
	cmd            *exec.Cmd
	stdout, stderr output
	exited         chan struct{} // closed when it has ended and all output was read
}

// start runs a program in a directory of its own. What it wrote is shown if the test fails.
func start(t testing.TB, path string, args ...string) *process {
	t.Helper()
	return startIn(t, t.TempDir(), nil, path, args...)
}

// startIn is start with a directory and additional environment variables. Those that configure a gateway are not
// passed on from our own environment.
func startIn(t testing.TB, dir string, env []string, path string, args ...string) *process {
	t.Helper()
	p := &process{t: t, name: filepath.Base(path), cmd: exec.Command(path, args...), exited: make(chan struct{})}
	p.cmd.Dir = dir
	p.cmd.Env = append(withoutOurs(os.Environ()), env...)
	p.cmd.Stdout, p.cmd.Stderr = &p.stdout, &p.stderr
	if err := p.cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", p.name, err)
	}
	go func() {
		p.cmd.Wait() // the state is in p.cmd.ProcessState
		close(p.exited)
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
func (p *process) end() {
	p.kill()
	if p.t.Failed() {
		p.t.Logf("%s %q\n%s%s", p.name, p.cmd.Args[1:], p.stdout.tail(), p.stderr.tail())
	}
}

// kill ends the process with SIGKILL and waits until it is gone.
func (p *process) kill() {
	p.cmd.Process.Signal(syscall.SIGCONT) // a stopped process dies as well, but let nothing stay behind
	p.cmd.Process.Kill()
	p.waitExit()
}

// stop asks the process to end, with SIGTERM, and waits for it.
func (p *process) stop() {
	p.t.Helper()
	p.signal(syscall.SIGTERM)
	p.waitExit()
}

func (p *process) signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatalf("%s: %v: %v", p.name, s, err)
	}
}

// waitExit waits for the end of the process and returns its exit code, -1 for one that was killed.
func (p *process) waitExit() int {
	p.t.Helper()
	select {
	case <-p.exited:
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(patience):
		p.t.Fatalf("%s does not end", p.name)
		return 0
	}
}

// succeed waits for the end of the process and wants it to have been a success.
func (p *process) succeed() {
	p.t.Helper()
	if code := p.waitExit(); code != 0 {
		p.t.Fatalf("%s %q: exit code %d: %s", p.name, p.cmd.Args[1:], code, p.stderr.bytes())
	}
}

// running reports whether the process has not ended.
func (p *process) running() bool {
	select {
	case <-p.exited:
		return false
	default:
		return true
	}
}
