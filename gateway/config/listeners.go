package config

import (
	"crypto/tls"
	"fmt"
)

// A Listener is a TCP address at which ordinary MQTT clients connect.
type Listener struct {
	Name      string            `yaml:"name"`
	Listen    string            `yaml:"listen"`
	TLS       ListenerTLS       `yaml:"tls"`
	WebSocket ListenerWebSocket `yaml:"websocket"`
}

// ListenerTLS has the PEM files of a listener with TLS; without a certificate it has none.
type ListenerTLS struct {
	Cert     string `yaml:"cert"`
	Key      string `yaml:"key"`
	ClientCA string `yaml:"client_ca"`
}

// ListenerWebSocket makes a listener of MQTT one of MQTT over WebSocket, if it has a path.
type ListenerWebSocket struct {
	Path    string   `yaml:"path"`
	Origins []string `yaml:"origins"`
}

func defaultListener() Listener { return Listener{Name: "mqtt", Listen: "127.0.0.1:1883"} }

var listenerKeys = []Key{
	{
		"mqtt.listeners", "TCP addresses at which MQTT clients connect. An empty list opens none.",
		"Programs on the same machine need nothing else.", anything,
	},
	{"mqtt.listeners[].name", "Name of the listener, in logs.", "Says what it is, while there is one.", identifier},
	{
		"mqtt.listeners[].listen", "Address and TCP port. Without an address: all of the machine's.",
		"Nobody outside this machine gets in until told otherwise. 1883 is MQTT's registered port.", address,
	},
	{
		"mqtt.listeners[].tls", "Encryption. With a certificate the listener speaks TLS, 1.2 or newer, usually on port 8883.", "", anything,
	},
	{
		"mqtt.listeners[].tls.cert", "The gateway's certificate with those that lead to its authority, PEM. A renewed one is used as soon as it is there.",
		"Programs on the same machine need no encryption.", anything,
	},
	{"mqtt.listeners[].tls.key", "Its private key, PEM.", "Goes with the certificate.", anything},
	{
		"mqtt.listeners[].tls.client_ca", "Certificates of the authorities that sign the clients', PEM. With them, clients need a certificate and no " +
			"password; its common name is their user name.",
		"Passwords are easier to hand out.", anything,
	},
	{"mqtt.listeners[].websocket", "MQTT over WebSocket, for programs in browsers.", "", anything},
	{
		"mqtt.listeners[].websocket.path", "Path of the URL, usually `/mqtt`. With one, the listener speaks WebSocket and nothing else.",
		"Most programs speak MQTT as it is.", urlPath,
	},
	{
		"mqtt.listeners[].websocket.origins", "Web sites whose pages may connect, such as `https://panel.example`; `*` is all. Pages from the " +
			"gateway's own host may always, and programs that are no browsers.",
		"Or any site that somebody at home looks at could use the broker there.", anything,
	},
}

// Config is what the files come to, read now: the certificate is read again by the handshakes that find it changed, the
// authorities are not. It is nil without TLS.
func (t *ListenerTLS) Config() (*tls.Config, error) {
	if t.Cert == "" {
		return nil, nil
	}
	pair, err := readKeyPair(t.Cert, t.Key)
	if err != nil {
		return nil, err
	}
	c := &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: pair.GetCertificate}
	if t.ClientCA != "" {
		c.ClientAuth = tls.RequireAndVerifyClientCert
		c.ClientCAs, err = readAuthorities(t.ClientCA)
	}
	return c, err
}

func (r *reader) checkListeners() {
	for i, l := range r.config.MQTT.Listeners {
		path := fmt.Sprintf("mqtt.listeners[%d].tls", i)
		problem := func(what, remedy string) { r.problem(r.originOf(path), path, what, remedy) }
		switch {
		case (l.TLS.Cert == "") != (l.TLS.Key == ""):
			problem("a certificate and its key go together", "name both files")
		case l.TLS.ClientCA != "" && l.TLS.Cert == "":
			problem("the clients' authorities count for nothing without TLS", "name a certificate and its key")
		default:
			if _, err := l.TLS.Config(); err != nil {
				problem(err.Error(), "name files in PEM form, the key that of the certificate")
			}
		}
	}
}
