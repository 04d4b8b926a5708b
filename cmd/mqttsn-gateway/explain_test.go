package main

import (
	"errors"
	"fmt"
	"net"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestExplain(t *testing.T) {
	require.NoError(t, explain(nil))

	plain := errors.New("plain")
	require.EqualError(t, explain(plain), "plain")
	require.ErrorIs(t, explain(plain), plain)

	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	defer udp.Close()
	_, err = net.ListenPacket("udp", udp.LocalAddr().String())
	require.EqualError(t, explain(fmt.Errorf("link udp: %w", err)),
		"link udp: udp port "+udp.LocalAddr().String()+" is in use by another program: stop that, or choose another with --udp ADDR")

	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer tcp.Close()
	_, err = net.Listen("tcp", tcp.Addr().String())
	require.EqualError(t, explain(err),
		"tcp port "+tcp.Addr().String()+" is in use by another program: stop that, or choose another with --mqtt ADDR")
	require.EqualError(t, explain(fmt.Errorf("admin page: %w", err)),
		"admin page: tcp port "+tcp.Addr().String()+" is in use by another program: stop that, or choose another with --http ADDR")

	_, err = net.Listen("tcp", "192.0.2.1:1883") // an address for documentation, which no machine has
	require.EqualError(t, explain(err),
		"tcp port 192.0.2.1:1883: this machine does not have that address; choose another with --mqtt ADDR")
}
