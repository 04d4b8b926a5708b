package mqtt

import (
	"bufio"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/net/proxy"
)

// contextDialer is a net.Dialer, or a way around one.
type contextDialer interface {
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
}

// proxied returns the dialer that goes through a proxy, or directly if there is none.
func proxied(address string) (contextDialer, error) {
	if address == "" {
		return &net.Dialer{}, nil
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("proxy address is not a URL") // the error has the password
	}
	switch {
	case u.Scheme == "http" && u.Host != "":
		return &httpProxy{u}, nil
	case u.Scheme == "socks5" && u.Host != "":
		d, err := proxy.FromURL(u, &net.Dialer{})
		if err != nil {
			return nil, fmt.Errorf("proxy: %w", err)
		}
		return d.(contextDialer), nil
	}
	return nil, errors.New("proxy must be http://host:port or socks5://host:port")
}

// httpProxy asks a web proxy, by its method CONNECT, for a tunnel.
type httpProxy struct{ url *url.URL }

// DialContext returns a connection to address through the proxy.
func (p *httpProxy) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	nc, err := new(net.Dialer).DialContext(ctx, network, p.url.Host)
	if err != nil {
		return nil, fmt.Errorf("proxy: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { nc.SetDeadline(time.Unix(1, 0)) })
	err = p.tunnel(nc, address)
	if !stop() && err == nil {
		err = ctx.Err() // the deadline has been, or will be, set
	}
	if err != nil {
		nc.Close()
		return nil, fmt.Errorf("proxy: %w", err)
	}
	return nc, nil
}

func (p *httpProxy) tunnel(nc net.Conn, address string) error {
	request := &http.Request{
		Method: http.MethodConnect,
		URL:    &url.URL{Opaque: address},
		Host:   address,
		Header: make(http.Header),
	}
	if user := p.url.User; user != nil {
		password, _ := user.Password()
		credentials := base64.StdEncoding.EncodeToString([]byte(user.Username() + ":" + password))
		request.Header.Set("Proxy-Authorization", "Basic "+credentials)
	}
	if err := request.Write(nc); err != nil {
		return err
	}
	answer := bufio.NewReader(io.LimitReader(nc, largestHeader))
	response, err := http.ReadResponse(answer, request)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("no tunnel to %s: %s", address, response.Status)
	}
	if answer.Buffered() > 0 {
		return errors.New("it speaks before the broker was spoken to")
	}
	return nil
}
