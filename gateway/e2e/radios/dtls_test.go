package radios

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/e2e/programs"
	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/mqttsn/client"
	"mqttsn-gateway/radio/dtls"
)

// TestIdentityIsBound: a live session, awake or asleep, belongs to whom its link has proven to be its owner. Neither
// another identity nor a link that proves nothing gets hold of it.
func TestIdentityIsBound(t *testing.T) {
	keys := filepath.Join(t.TempDir(), "keys")
	writeKeys(t, keys, "th7", "th8")
	ca := newAuthority(t)
	for _, c := range []struct {
		name, credentials string
		device            func(identity string) dtls.DialConfig
	}{
		{"keys", "keys_file: " + keys, func(id string) dtls.DialConfig { return dtls.DialConfig{Identity: id, Key: keyOf(id)} }},
		{"certificates", ca.gateway(t, "gateway"), func(id string) dtls.DialConfig { return ca.device(t, id) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			secured, open := programs.FreeAddr(t), programs.FreeAddr(t)
			g := startGateway(t, dtlsLink(secured, c.credentials), udpLink(open, "advertise: 0s"))
			sensor := func(conn net.Conn) *device { return newDevice(t, conn, client.Config{ClientID: "sensor"}) }
			dial := func(identity string) *device { return sensor(dialDTLS(t, secured, c.device(identity))) }
			plain, err := net.Dial("udp", open)
			require.NoError(t, err)
			keepsItsSession(t, g, dial, map[string]*device{"another identity": dial("th8"), "plain UDP": sensor(plain)})
		})
	}
}

func keepsItsSession(t *testing.T, g *gateway, dial func(identity string) *device, thieves map[string]*device) {
	hub := newApp(t, g)
	owner := dial("th7").connect()
	owner.subscribe("down/sensor")
	for _, state := range []string{"active", "asleep"} {
		for name, thief := range thieves {
			require.ErrorAs(t, thief.Connect(thief.ctx), new(*client.RejectedError), "%s takes a session that is %s", name, state)
		}
		hub.publish("down/sensor", state, 1)
		if state == "asleep" {
			require.NoError(t, owner.Wake(owner.ctx))
		}
		owner.want("down/sensor", state, mqttsn.QoS1)
		require.NoError(t, owner.Sleep(owner.ctx, time.Hour))
	}

	// The owner may come on another connection: it proves the same identity.
	again := dial("th7").connect()
	hub.publish("down/sensor", "on another connection", 1)
	again.want("down/sensor", "on another connection", mqttsn.QoS1)
	for _, thief := range thieves {
		require.Empty(t, thief.got)
	}
	require.Equal(t, 4, g.logged("device refused from another address"))
}

// TestIdentityIsTheClientID: with the access rule of configs/hardened.yaml a device has no client id but its own, whether
// there is a session or not.
func TestIdentityIsTheClientID(t *testing.T) {
	t.Parallel()
	addr, keys := programs.FreeAddr(t), filepath.Join(t.TempDir(), "keys")
	writeKeys(t, keys, "th7", "th8")
	g := startGatewayWith(t, `access: [{addresses: ["%c"]}, {allow: false}]`, dtlsLink(addr, "keys_file: "+keys))
	as := func(identity, clientID string) *device {
		over := dialDTLS(t, addr, dtls.DialConfig{Identity: identity, Key: keyOf(identity)})
		return newDevice(t, over, client.Config{ClientID: clientID})
	}
	thief := as("th8", "th7")
	require.ErrorAs(t, thief.Connect(thief.ctx), new(*client.RejectedError))
	owner := as("th7", "th7").connect()
	require.NoError(t, owner.Disconnect(owner.ctx))
	require.ErrorAs(t, thief.Connect(thief.ctx), new(*client.RejectedError), "the session is kept, and not for others")
	require.Equal(t, 1, g.logged("device connected"))
}

// A roamer is a socket whose address changes under way, as behind a NAT that has forgotten.
type roamer struct {
	net.PacketConn // closed in the end
	mu             sync.Mutex
	current        net.PacketConn
}

func (r *roamer) now() net.PacketConn {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.current
}

func (r *roamer) WriteTo(b []byte, to net.Addr) (int, error) { return r.now().WriteTo(b, to) }

// ReadFrom goes on with the new socket when the old one is closed.
func (r *roamer) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		c := r.now()
		n, from, err := c.ReadFrom(b)
		if errors.Is(err, net.ErrClosed) && c != r.now() {
			continue
		}
		return n, from, err
	}
}

func (r *roamer) Close() error { return r.now().Close() }

func (r *roamer) move(t testing.TB, host string) {
	t.Helper()
	c, err := net.ListenPacket("udp", host+":0")
	require.NoError(t, err)
	r.mu.Lock()
	old := r.current
	r.current = c
	if r.PacketConn == nil {
		r.PacketConn = c
	}
	r.mu.Unlock()
	if old != nil {
		old.Close()
	}
}

// TestAddressChangeKeepsTheSession: with a connection id (RFC 9146) a device goes on from another address as if nothing
// had happened, without a handshake or CONNECT.
func TestAddressChangeKeepsTheSession(t *testing.T) {
	t.Parallel()
	addr := programs.FreeAddr(t)
	keys := filepath.Join(t.TempDir(), "keys")
	writeKeys(t, keys, "roamer")
	g := startGateway(t, dtlsLink(addr, "keys_file: "+keys))
	hub := newApp(t, g, "up/#")
	r := &roamer{}
	r.move(t, "127.0.0.1")
	ctx, cancel := context.WithTimeout(t.Context(), programs.Patience)
	defer cancel()
	conn, err := dtls.Client(ctx, r, net.UDPAddrFromAddrPort(netip.MustParseAddrPort(addr)), dtls.DialConfig{Identity: "roamer", Key: keyOf("roamer")})
	require.NoError(t, err)
	d := newDevice(t, conn, client.Config{ClientID: "roamer"}).connect()
	d.subscribe("down/roamer")
	for _, host := range []string{"127.0.0.2", "127.0.0.3", "127.0.0.3"} {
		r.move(t, host)
		d.publish("up/roamer", "from "+host, mqttsn.QoS2)
		hub.want("up/roamer", "from "+host, 2)
		hub.publish("down/roamer", "to "+host, 1)
		d.want("down/roamer", "to "+host, mqttsn.QoS1)
	}
	require.Equal(t, 1, g.logged("device connected"))
	require.Zero(t, g.logged("device moved"))
}

// TestKeysAreReloaded: SIGHUP lets a new device in and an old one out, and everyone else notices nothing. A file with a
// mistake changes nothing.
func TestKeysAreReloaded(t *testing.T) {
	t.Parallel()
	addr := programs.FreeAddr(t)
	keys := filepath.Join(t.TempDir(), "keys")
	writeKeys(t, keys, "stays", "goes")
	g := startGateway(t, dtlsLink(addr, "keys_file: "+keys))
	hub := newApp(t, g)
	join := func(id string) *device {
		over := dialDTLS(t, addr, dtls.DialConfig{Identity: id, Key: keyOf(id)})
		d := newDevice(t, over, client.Config{ClientID: id}).connect()
		d.subscribe("down/" + id)
		return d
	}
	stays, goes := join("stays"), join("goes")

	require.NoError(t, os.WriteFile(keys, []byte("comes:not hexadecimal\n"), 0o600))
	g.Signal(syscall.SIGHUP)
	g.log.Until("the configuration stays as it was")
	goes.wantNothing()

	writeKeys(t, keys, "stays", "comes")
	g.Signal(syscall.SIGHUP)
	g.log.Until("keys and certificates were read again")
	select {
	case <-goes.lost: // its connection has ended
	case <-time.After(programs.Patience):
		t.Fatal("a device whose key is gone goes on")
	}
	for id, d := range map[string]*device{"stays": stays, "comes": join("comes")} {
		hub.publish("down/"+id, "here", 1)
		d.want("down/"+id, "here", mqttsn.QoS1)
	}
	require.Equal(t, 3, g.logged("device connected"))
}
