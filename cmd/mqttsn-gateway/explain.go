package main

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
)

// A failure is why the gateway could not start or had to stop.
type failure struct{ error }

func (f failure) Unwrap() error { return f.error }

// explain makes a failure of err, with a sentence that says what to do where that is known. Nil stays nil.
func explain(err error) error {
	if err == nil {
		return nil
	}
	op := (*net.OpError)(nil)
	if !errors.As(err, &op) || op.Op != "listen" || op.Addr == nil {
		return failure{err}
	}
	network, flag := "tcp", "--mqtt"
	if strings.HasPrefix(op.Net, "udp") {
		network, flag = "udp", "--udp"
	}
	link, _ := strings.CutSuffix(err.Error(), op.Error()) // what the gateway calls it
	if strings.HasPrefix(link, "admin page") {
		flag = "--http"
	}
	where, remedy := link+network+" port "+op.Addr.String(), "choose another with "+flag+" ADDR"
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		err = fmt.Errorf("%s is in use by another program: stop that, or %s", where, remedy)
	case errors.Is(err, syscall.EACCES):
		err = fmt.Errorf("%s is reserved for the system: %s", where, remedy)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		err = fmt.Errorf("%s: this machine does not have that address; %s", where, remedy)
	}
	return failure{err}
}
