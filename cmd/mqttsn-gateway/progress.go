package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"time"
)

// A progress tells a person who waits how many records have passed. It is silent where nobody looks.
type progress struct {
	to      io.Writer // nil: nobody looks
	now     func() time.Time
	next    time.Time
	records int
}

const progressEvery = 500 * time.Millisecond

// newProgress writes to w, if that is a terminal.
func newProgress(w io.Writer) *progress {
	p := &progress{now: time.Now, next: time.Now().Add(progressEvery)}
	if f, ok := w.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			p.to = f
		}
	}
	return p
}

// passed counts the lines in b: each is a record.
func (p *progress) passed(b []byte) {
	if p.to == nil {
		return
	}
	p.records += bytes.Count(b, []byte("\n"))
	if now := p.now(); !now.Before(p.next) {
		p.next = now.Add(progressEvery)
		fmt.Fprintf(p.to, "\r%d records", p.records)
	}
}

// end makes room for what is said last.
func (p *progress) end() {
	if p.to != nil {
		fmt.Fprint(p.to, "\r\x1b[K")
	}
}

// writer is w, and reader r, with its progress told.
func (p *progress) writer(w io.Writer) io.Writer { return progressWriter{w, p} }
func (p *progress) reader(r io.Reader) io.Reader { return progressReader{r, p} }

type progressWriter struct {
	io.Writer
	p *progress
}

func (w progressWriter) Write(b []byte) (int, error) {
	n, err := w.Writer.Write(b)
	w.p.passed(b[:n])
	return n, err
}

type progressReader struct {
	io.Reader
	p *progress
}

func (r progressReader) Read(b []byte) (int, error) {
	n, err := r.Reader.Read(b)
	r.p.passed(b[:n])
	return n, err
}
