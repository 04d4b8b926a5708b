package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"syscall"

	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/mqttsn/client"
	v2 "mqttsn-gateway/mqttsn/v2"
	"mqttsn-gateway/radio"
)

// String is the gateway's address as it was given.
func (t *target) String() string {
	if t.line.given() {
		return t.line.port.Name
	}
	return net.JoinHostPort(t.host, strconv.Itoa(int(t.port)))
}

// explain makes a failure of an error, in a sentence. What was asked of the gateway is for the case that it refuses:
// "the connection".
func (t *target) explain(what string, err error) error {
	rejected := (*client.RejectedError)(nil)
	reasoned := (*client.ReasonError)(nil)
	errno := syscall.Errno(0)
	switch {
	case err == nil:
		return nil
	case errors.As(err, new(failure)):
		return err
	case errors.As(err, &rejected):
		return failure{fmt.Errorf("the gateway at %s refuses %s: %s", t, what, reason(rejected.Code))}
	case errors.As(err, &reasoned) && reasoned.Type != v2.TypeDisconnect:
		return failure{fmt.Errorf("the gateway at %s refuses %s: %s", t, what, inWords(reasoned.Reason))}
	case errors.As(err, &reasoned):
		return failure{fmt.Errorf("the gateway at %s has ended the session: %s", t, inWords(reasoned.Reason))}
	case errors.Is(err, client.ErrDisconnected):
		return failure{fmt.Errorf("the gateway at %s has ended the session", t)}
	case refused(err) && errors.As(err, &errno):
		return failure{fmt.Errorf("no gateway at %s: %w", t, errno)}
	case errors.Is(err, client.ErrTimeout):
		return failure{fmt.Errorf("no answer from %s, however often it was asked", t)}
	case errors.Is(err, io.EOF):
		return failure{fmt.Errorf("%s has closed the connection", t)}
	case errors.Is(err, mqttsn.ErrTooLong), errors.Is(err, radio.ErrTooLong), errors.Is(err, syscall.EMSGSIZE):
		return failure{fmt.Errorf("%s is too long for a datagram", what)}
	case errors.Is(err, context.Canceled):
		return failure{errors.New("interrupted")}
	}
	return failure{errors.New(plain(err))}
}

func reason(c mqttsn.ReturnCode) string {
	switch c {
	case mqttsn.Congestion:
		return "congestion; try again in some minutes"
	case mqttsn.InvalidTopicID:
		return "invalid topic id"
	case mqttsn.NotSupported:
		return "not supported"
	}
	return fmt.Sprintf("return code %v", c)
}

// inWords is a reason code of version 2.0.
func inWords(c v2.ReasonCode) string {
	words := strings.ReplaceAll(c.String(), "-", " ")
	if c == v2.Congestion {
		words += "; try again in some minutes"
	}
	return words
}

// explainLookup is explain for a host that has no address.
func (t *target) explainLookup(err error) error {
	dns := (*net.DNSError)(nil)
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return failure{fmt.Errorf("unknown host %s", t.host)}
	case errors.As(err, new(*net.AddrError)):
		return failure{fmt.Errorf("%s has no address for %s", t.host, t.family())}
	}
	return failure{fmt.Errorf("cannot find the address of %s: %w", t.host, err)}
}

// plain is an error without the name of the package that it comes from.
func plain(err error) string {
	return strings.TrimPrefix(strings.TrimPrefix(err.Error(), "mqttsn: "), "mqttsn 2.0: ")
}
