package programs

import (
	"bytes"
	"strings"
	"sync"
	"time"
)

// An Output keeps what a process writes, and tells those who wait for more of it.
type Output struct {
	lock sync.Mutex
	buf  bytes.Buffer
	more chan struct{} // closed by the next Write; nil while nobody waits
}

// Write implements io.Writer.
func (o *Output) Write(b []byte) (int, error) {
	o.lock.Lock()
	defer o.lock.Unlock()
	o.buf.Write(b)
	if o.more != nil {
		close(o.more)
		o.more = nil
	}
	return len(b), nil
}

// from returns a copy of what was written from position pos on, and a channel that is closed as soon as there is more.
func (o *Output) from(pos int) ([]byte, <-chan struct{}) {
	o.lock.Lock()
	defer o.lock.Unlock()
	if o.more == nil {
		o.more = make(chan struct{})
	}
	return bytes.Clone(o.buf.Bytes()[pos:]), o.more
}

// Bytes is all that was written so far.
func (o *Output) Bytes() []byte {
	b, _ := o.from(0)
	return b
}

// tail is the end of a long output: enough to see what went wrong.
func (o *Output) tail() []byte {
	const enough = 16 << 10
	b := o.Bytes()
	return b[max(0, len(b)-enough):]
}

// Lines reads the output of a process line by line, as it is written.
type Lines struct {
	p    *Process
	out  *Output
	pos  int    // how much was fetched from out
	rest string // and not returned yet
}

// StdoutLines follows what the process writes to its standard output, from the beginning.
func (p *Process) StdoutLines() *Lines { return &Lines{p: p, out: &p.Stdout} }

// StderrLines follows what the process writes to its standard error, from the beginning.
func (p *Process) StderrLines() *Lines { return &Lines{p: p, out: &p.Stderr} }

// Next returns the next line, without its end, or false if none comes in time.
func (l *Lines) Next(timeout time.Duration) (line string, ok bool) {
	late := time.NewTimer(timeout)
	defer late.Stop()
	for ended := false; ; {
		if line, rest, ok := strings.Cut(l.rest, "\n"); ok {
			l.rest = rest
			return line, true
		}
		b, more := l.out.from(l.pos)
		l.pos += len(b)
		l.rest += string(b)
		switch {
		case len(b) > 0:
			continue
		case ended:
			return "", false
		}
		select {
		case <-more:
		case <-l.p.Exited:
			ended = true // look once more: the last words came before the end
		case <-late.C:
			return "", false
		}
	}
}

// Until skips lines up to one that contains what, regardless of case, and returns it.
func (l *Lines) Until(what string) string {
	l.p.T.Helper()
	deadline := time.Now().Add(Patience)
	for {
		line, ok := l.Next(time.Until(deadline))
		if !ok {
			l.p.T.Fatalf("%s: no line with %q", l.p.name, what)
		}
		if strings.Contains(strings.ToLower(line), strings.ToLower(what)) {
			return line
		}
	}
}
