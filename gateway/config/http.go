package config

import (
	"net"
	"net/netip"
)

// HTTP is the gateway's face for people and machines that operate it: a page, an API, metrics.
type HTTP struct {
	Listen    string `yaml:"listen"`
	TokenFile string `yaml:"token_file"`
}

// Token is what a caller has to know; empty where no file is named. The file is read each time, so that it may be renewed.
func (h *HTTP) Token() (string, error) { return firstLine(h.TokenFile) }

// Local reports whether only programs on this machine can reach the address.
func (h *HTTP) Local() bool {
	host, _, _ := net.SplitHostPort(h.Listen)
	a, _ := netip.ParseAddr(host)
	return host == "localhost" || a.IsLoopback()
}

// minToken is the shortest token, in octets: one that cannot be guessed needs no lock against guessing.
const minToken = 16

func (r *reader) checkHTTP() {
	h := &r.config.HTTP
	if h.Listen != "" && !h.Local() && h.TokenFile == "" {
		r.problem(r.originOf("http.listen"), "http.listen", h.Listen+" can be reached from other machines, and there is no token",
			"set http.token_file, or listen on 127.0.0.1")
	}
	if h.TokenFile == "" {
		return
	}
	token, err := h.Token()
	switch o := r.originOf("http.token_file"); {
	case err != nil:
		r.problem(o, "http.token_file", err.Error(), "")
	case len(token) < minToken:
		r.problem(o, "http.token_file", "the token in "+h.TokenFile+" is too short", "write 16 characters or more, such as `openssl rand -hex 16` gives")
	}
}

var httpKeys = []Key{
	{"http", "The admin page, the API and the metrics of this gateway.", "", anything},
	{
		"http.listen", "Address and TCP port, such as `127.0.0.1:8080`. Empty: none.",
		"A gateway opens no port that nobody asked for.", optionalAddress,
	},
	{
		"http.token_file", "File whose first line is the token that callers have to know. Needed where other machines can reach the address.",
		"Programs on this machine are trusted, as the built-in broker trusts them.", anything,
	},
}
