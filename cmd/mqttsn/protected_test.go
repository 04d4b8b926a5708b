package main

import (
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqttsn/client"
	v2 "mqttsn-gateway/mqttsn/v2"
	"mqttsn-gateway/mqttsn/v2/keyfile"
	"mqttsn-gateway/mqttsn/v2/protection"
)

var th7 = v2.SenderID{0x00, 0x12, 0x4b, 7: 7}

// newKeyFile is a file with a key for th7.
func newKeyFile(t *testing.T) (string, keyfile.Device) {
	file, d := filepath.Join(t.TempDir(), "key"), keyfile.New(v2.AESCCM64128)
	require.NoError(t, keyfile.Add(file, th7, d))
	return file, d
}

// Each run goes on where the last one has ended, and far beyond if that was killed.
func TestProtectedCounter(t *testing.T) {
	file, _ := newKeyFile(t)
	p := protected{file: file}
	next := func(runs func(done func())) uint32 {
		cfg := client.Config{V2: &client.V2{}}
		done, err := p.use(&cfg)
		require.NoError(t, err)
		value, ok := cfg.V2.Sender.Counter.Next()
		require.True(t, ok)

		_, err = p.use(&client.Config{V2: &client.V2{}})
		require.ErrorContains(t, err, "another process sends with this key")
		runs(done)
		return value
	}
	ends := func(done func()) { done() }
	require.EqualValues(t, 1, next(ends))
	require.EqualValues(t, 2, next(ends))
	before, err := os.ReadFile(file + "." + th7.String())
	require.NoError(t, err)
	require.Equal(t, "         3\n", string(before))

	killed := func(done func()) {
		during, err := os.ReadFile(file + "." + th7.String())
		require.NoError(t, err)
		done()
		require.NoError(t, os.WriteFile(file+"."+th7.String(), during, 0o600))
	}
	require.EqualValues(t, 3, next(killed))
	require.EqualValues(t, 3+countersAtOnce, next(ends))
}

// What is sent is protected, and what comes is opened.
func TestProtectedPing(t *testing.T) {
	file, d := newKeyFile(t)
	key, err := protection.NewKey(d.Scheme, d.Secret)
	require.NoError(t, err)
	device := protection.Receiver{ID: th7, Key: key}
	counter := protection.NewCounter(0)
	counter.Stored(counter.Reserve(10))
	gateway := protection.NewSender(key, d.GatewayOf(th7), counter)

	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		b := make([]byte, 2000)
		for {
			n, from, err := conn.ReadFrom(b)
			if err != nil {
				return
			}
			packet, err := device.Open(nil, b[:n])
			if err != nil {
				continue
			}
			p, _ := v2.Parse(packet)
			var answer []byte
			switch p := p.(type) {
			case *v2.Connect:
				answer = v2.Connack{PacketID: p.PacketID}.Append(nil)
			case *v2.Pingreq:
				answer = v2.Pingresp{PacketID: p.PacketID}.Append(nil)
			default:
				continue
			}
			sealed, _ := gateway.Seal(nil, answer)
			conn.WriteTo(sealed, from)
		}
	}()
	_, port, err := net.SplitHostPort(conn.LocalAddr().String())
	require.NoError(t, err)
	code, stdout, stderr := command(t, "ping -C 2 --interval 1ms -V 2.0 -h 127.0.0.1 -p "+port+" --retry-interval 1s --protection-key "+file)
	require.NoError(t, conn.SetReadDeadline(time.Now()))
	<-ended
	conn.Close()
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "CONNACK from 127.0.0.1")
	require.EqualValues(t, 4, device.Window.Top, "CONNECT, PINGREQ, PINGREQ, DISCONNECT")
}

func TestProtectedMistakes(t *testing.T) {
	file, _ := newKeyFile(t)
	two, _ := newKeyFile(t)
	require.NoError(t, keyfile.Add(two, v2.SenderID{1}, keyfile.New(v2.CMAC128)))
	require.NoError(t, os.WriteFile(file+".bad", []byte("th7:key\n"), 0o600))
	for line, want := range map[string]string{
		"ping --protection-key " + file:                                "give -V 2.0",
		"ping -V 2.0 --protection-sender 0012":                         "--protection-sender needs --protection-key",
		"ping -V 2.0 --protection-key " + two:                          "has 2 keys: say whose with --protection-sender",
		"ping -V 2.0 --protection-sender 0100 --protection-key " + two: "has no key for 0100",
		"ping -V 2.0 --protection-key " + file + ".none":               "no such file",
		"pub -V 2.0 -t a -m x --protection-key " + file + ".bad":       ".bad:1: not of the form",
		"sub -V 2.0 -t a --protection-key " + file + ".bad":            ".bad:1: not of the form",
		"sleep -V 2.0 -t a --for 5s --protection-key " + file + ".bad": ".bad:1: not of the form",
	} {
		code, _, stderr := command(t, line)
		require.NotZero(t, code, line)
		require.Contains(t, stderr, want, line)
	}
	require.NoError(t, os.WriteFile(file+"."+th7.String(), []byte("many\n"), 0o600))
	code, _, stderr := command(t, "ping -V 2.0 --protection-key "+file)
	require.Equal(t, exitFailed, code)
	require.Contains(t, stderr, "invalid syntax")
}
