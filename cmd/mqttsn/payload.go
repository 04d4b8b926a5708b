package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/pflag"
)

// A payload is where the messages to publish come from: one of these.
type payload struct {
	message string
	file    string
	lines   bool
	empty   bool
	stdin   bool
}

func (p *payload) flags(f *pflag.FlagSet) {
	f.StringVarP(&p.message, "message", "m", "", "`MESSAGE` to publish")
	f.StringVarP(&p.file, "file", "f", "", "publish the content of a `FILE`")
	f.BoolVarP(&p.stdin, "stdin-file", "s", false, "publish what comes from standard input, as one message")
	f.BoolVarP(&p.lines, "stdin-line", "l", false, "publish what comes from standard input, each line a message, until it ends")
	f.BoolVarP(&p.empty, "null-message", "n", false, "publish an empty message; with -r it deletes a retained one")
}

// check wants exactly one source. An empty -m counts too, so the flags themselves are looked at.
func (p *payload) check(f *pflag.FlagSet) error {
	given := 0
	for _, name := range []string{"message", "file", "stdin-file", "stdin-line", "null-message"} {
		if f.Changed(name) {
			given++
		}
	}
	switch given {
	case 0:
		return errors.New("there is nothing to publish: give -m, -f, -s, -l or -n")
	case 1:
		return nil
	}
	return errors.New("there is more than one thing to publish: give one of -m, -f, -s, -l and -n")
}

// read reads the message, if it is a single one. One too long for UDP is read as far as it takes to know that.
func (p *payload) read(stdin io.Reader) ([]byte, error) {
	switch {
	case p.file != "":
		f, err := os.Open(p.file)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return io.ReadAll(io.LimitReader(f, maxDatagram+1))
	case p.stdin:
		return io.ReadAll(io.LimitReader(stdin, maxDatagram+1))
	}
	return []byte(p.message), nil
}

// eachLine calls publish with each line of stdin, in order, until one fails or the context ends; a read may still be
// waiting then.
func eachLine(ctx context.Context, stdin io.Reader, publish func([]byte) error) error {
	lines, end := make(chan []byte), make(chan error, 1)
	done := make(chan struct{})
	defer close(done)
	go func() {
		scanner := bufio.NewScanner(stdin)
		scanner.Buffer(nil, maxDatagram)
		for scanner.Scan() {
			select {
			case lines <- append([]byte(nil), scanner.Bytes()...):
			case <-done:
				return
			}
		}
		end <- scanner.Err()
	}()
	for {
		select {
		case line := <-lines:
			if err := publish(line); err != nil {
				return err
			}
		case err := <-end:
			if err != nil {
				return failure{fmt.Errorf("standard input: %w", err)}
			}
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
