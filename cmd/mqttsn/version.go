package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/pflag"

	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/mqttsn/client"
	v2 "mqttsn-gateway/mqttsn/v2"
)

// A versionFlag is a version of the protocol.
type versionFlag v2.Version

func (f *versionFlag) Type() string { return "VERSION" }

func (f *versionFlag) String() string {
	switch v2.Version(*f) {
	case v2.V12:
		return "1.2"
	case v2.V20:
		return "2.0"
	}
	return ""
}

func (f *versionFlag) Set(s string) error {
	switch s {
	case "1.2":
		*f = versionFlag(v2.V12)
	case "2.0", "2":
		*f = versionFlag(v2.V20)
	default:
		return errors.New("there are 1.2 and 2.0")
	}
	return nil
}

// is20 tells whether version 2.0 is wanted.
func (f versionFlag) is20() bool { return v2.Version(f) == v2.V20 }

// describe puts a datagram into words. It returns false for one that is no packet, and the words say why.
func (f versionFlag) describe(datagram []byte) (string, bool) {
	p, err := f.parse(datagram)
	if err != nil {
		return fmt.Sprintf("malformed: %s [% X]", plain(err), datagram), false
	}
	return p.String(), true
}

func (f versionFlag) parse(datagram []byte) (fmt.Stringer, error) {
	if f.is20() {
		return v2.Parse(datagram)
	}
	return mqttsn.Parse(datagram)
}

// options20 are what a command line says of a session that version 1.2 does not have.
type options20 struct {
	expiry             int64 // seconds, -1 if it does not say
	username, password string
}

func (o *options20) flags(f *pflag.FlagSet) {
	f.Int64VarP(&o.expiry, "session-expiry-interval", "x", -1,
		"2.0: keep the session for `SECONDS` longer than the connection; by default 0, with -c for ever")
	f.Lookup("session-expiry-interval").DefValue = "0" // the help need not know of -1
	f.StringVarP(&o.username, "username", "u", "", "2.0: `NAME` of the user")
	f.StringVarP(&o.password, "pw", "P", "", "2.0: and the `PASSWORD`")
}

func (o *options20) check(version versionFlag, keepAlive uint16) error {
	switch given := o.expiry >= 0 || o.username != "" || o.password != ""; {
	case given && !version.is20():
		return errors.New("-x, -u and -P need version 2.0 of the protocol: give -V 2.0")
	case o.expiry > v2.NeverExpires:
		return fmt.Errorf("-x must not be more than %d, which is for ever", uint32(v2.NeverExpires))
	case version.is20() && keepAlive == 0:
		return errors.New("version 2.0 has no connections without a keep alive: -k must be more than 0")
	}
	return nil
}

// config is what version 2.0 adds to a client.Config. A session that is gone on with may be that of another process.
func (o *options20) config(keep bool) *client.V2 {
	c := &client.V2{UserName: o.username, Password: []byte(o.password), AdoptSession: keep}
	switch {
	case o.expiry >= 0:
		c.SessionExpiry = time.Duration(o.expiry) * time.Second
	case keep:
		c.SessionExpiry = client.NeverExpires
	}
	return c
}

// A retainHandlingFlag says when a subscription brings retained messages. Its values are those of mosquitto_sub.
type retainHandlingFlag v2.RetainHandling

func (f *retainHandlingFlag) Type() string { return "WHEN" }

func (f *retainHandlingFlag) String() string {
	return [...]string{"always", "new", "never"}[*f]
}

func (f *retainHandlingFlag) Set(s string) error {
	for i, name := range []string{"always", "new", "never"} {
		if s == name {
			*f = retainHandlingFlag(i)
			return nil
		}
	}
	return errors.New("there are always, new and never")
}
