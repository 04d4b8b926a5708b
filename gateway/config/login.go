package config

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"mqttsn-gateway/mqtt"
)

// A Login is who a device says it is to the upstream broker. In all but the password %c stands for its client id.
type Login struct {
	Username     string `yaml:"username"`
	Password     string `yaml:"password"`
	PasswordFile string `yaml:"password_file"`
	PasswordEnv  string `yaml:"password_env"`
	CertFile     string `yaml:"cert_file"`
	KeyFile      string `yaml:"key_file"`
}

// LoginOf is the login of a connection for a device: what the entry of that name in Devices says, else what holds for all.
// The client id is empty for a connection of the gateway's own, and the entry for a device that has none. It fails for a
// client id that cannot be part of a file's name.
func (c *Config) LoginOf(device, entry string) (Login, error) {
	u := &c.Upstream
	l := c.Devices[entry].Upstream
	if l.named() == (Login{}) {
		l.Username, l.Password, l.PasswordFile = u.Username, u.Password, u.PasswordFile
	}
	if l.CertFile == "" {
		l.CertFile, l.KeyFile = u.CertFile, u.KeyFile
	}
	for _, file := range []*string{&l.PasswordFile, &l.CertFile, &l.KeyFile} {
		if strings.Contains(*file, "%c") && !fitsFileName(device) {
			return Login{}, fmt.Errorf("the client id cannot be part of the file's name %s", *file)
		}
	}
	return l.of(device), nil
}

// named is the login without its certificate.
func (l Login) named() Login {
	l.CertFile, l.KeyFile = "", ""
	return l
}

// fitsFileName keeps a client id from naming a file somewhere else.
func fitsFileName(id string) bool {
	return id != "" && id[0] != '.' && !strings.ContainsAny(id, "/\\\x00")
}

// of puts the client id in the place of %c.
func (l Login) of(device string) Login {
	fill := func(s string) string { return strings.ReplaceAll(s, "%c", device) }
	l.Username, l.PasswordFile, l.PasswordEnv = fill(l.Username), fill(l.PasswordFile), fill(l.PasswordEnv)
	l.CertFile, l.KeyFile = fill(l.CertFile), fill(l.KeyFile)
	return l
}

// Secret is the password, from wherever it is; empty for none. A file is read each time, so that it may be renewed.
func (l *Login) Secret() (string, error) {
	if l.PasswordEnv == "" {
		password, err := firstLine(l.PasswordFile)
		return cmp.Or(l.Password, password), err
	}
	password, ok := os.LookupEnv(l.PasswordEnv)
	if !ok {
		return "", errors.New("there is no " + l.PasswordEnv + " in the environment")
	}
	return password, nil
}

// Certificate is the certificate to show, with its key; nil for none.
func (l *Login) Certificate() (*mqtt.KeyPair, error) {
	if l.CertFile == "" {
		return nil, nil
	}
	return readKeyPair(l.CertFile, l.KeyFile)
}

var loginKeys = []Key{
	{
		"devices.*.upstream", "Who this device is at the upstream broker, in the mode `transparent`: what is given here comes in place of what `upstream` says. " +
			"In names of files, of users and of the environment, `%c` stands for the client id, so that an entry for a pattern can have a file for each device.",
		"", anything,
	},
	{"devices.*.upstream.username", "Its user name.", "All share one, or need none.", anything},
	{"devices.*.upstream.password", "Its password. Better kept in a file or in the environment.", "As for the user name.", anything},
	{"devices.*.upstream.password_file", "File whose first line is the password. It is read for each connection, so it may be renewed.", "As for the user name.", anything},
	{"devices.*.upstream.password_env", "Name of the environment variable that holds the password.", "As for the user name.", anything},
	{"devices.*.upstream.cert_file", "Its certificate, PEM, likewise read for each connection.", "All share one, or need none.", anything},
	{"devices.*.upstream.key_file", "The certificate's private key, PEM.", "All share one, or need none.", anything},
}

// checkLogins finds logins that would be used by nobody, or refused by the broker. Files with %c in their names are looked
// at when such a device connects.
func (r *reader) checkLogins() {
	for id, d := range r.config.Devices {
		path := join(join("devices", show(id)), "upstream")
		problem := func(key, what, remedy string) {
			at := strings.TrimSuffix(join(path, key), ".")
			r.problem(r.originOf(at), at, what, remedy)
		}
		l := d.Upstream
		if l == (Login{}) {
			continue
		}
		if cmp.Or(d.Mode, r.config.Gateway.Mode) != Transparent {
			problem("", "only devices in the mode transparent have a connection of their own", "set the mode to transparent, or remove this")
			continue
		}
		l.check(problem)
		if l.CertFile != "" && !r.config.Upstream.Encrypted() {
			problem("cert_file", "upstream.url asks for no encryption", "write mqtts:// or wss:// there, or remove this key")
		}
	}
}

func (l *Login) check(problem func(key, what, remedy string)) {
	sources := slices.DeleteFunc([]string{l.Password, l.PasswordFile, l.PasswordEnv}, func(s string) bool { return s == "" })
	_, err := l.Secret()
	switch {
	case len(sources) > 1:
		problem("", "there are several passwords", "leave one of password, password_file and password_env")
	case err != nil && !strings.Contains(sources[0], "%c"):
		problem("", err.Error(), "")
	}
	switch _, err := l.Certificate(); {
	case (l.CertFile == "") != (l.KeyFile == ""):
		problem("cert_file", "a certificate and its key go together", "set cert_file and key_file")
	case err != nil && !strings.Contains(l.CertFile+l.KeyFile, "%c"):
		problem("cert_file", err.Error(), "name a certificate and its own key, both in PEM form")
	}
}
