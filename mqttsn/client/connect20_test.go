package client

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqttsn"
	v2 "mqttsn-gateway/mqttsn/v2"
)

// v2.0 3.1.2.2-1, 3.1.2.3-1, 3.1.2.3-2, 3.1.2.4-1, 3.1.2.4-2, 3.1.2.5-1, 3.1.2.5-2, 3.1.3-1, 3.1.3-2, 3.1.5-1, 3.1.6-4, 3.1.7-1
// v2.0 3.1.11-1, 3.1.18-1
func TestConnect20(t *testing.T) {
	tests := []struct {
		name    string
		cfg     Config
		options V2
		want    string
	}{
		{"least", Config{MTU: 100, KeepAlive: 1500 * time.Millisecond}, V2{}, `CONNECT client="dev" pid=1 keepalive=2 maxsize=100`},
		{"no keep alive", Config{MTU: 100}, V2{}, `CONNECT client="dev" pid=1 keepalive=3600 maxsize=100`},
		{"all", Config{MTU: 100, CleanSession: true, KeepAlive: time.Minute,
			Will: &Will{Topic: "w", Payload: []byte("gone"), QoS: mqttsn.QoS1, Retain: true}},
			V2{SessionExpiry: time.Hour, AwakeMessages: 5, Suggestions: true, UserName: "u", Password: []byte("p")},
			`CONNECT client="dev" pid=1 keepalive=60 maxsize=100 awake=5 expiry=3600 clean srvsugg auth="MQTT-BASIC" (6 octets) will="w" qos=1 retain "gone"`},
		{"for ever", Config{MTU: 100}, V2{SessionExpiry: NeverExpires + time.Hour},
			`CONNECT client="dev" pid=1 keepalive=3600 maxsize=100 expiry=never`},
		{"will on a predefined topic", Config{MTU: 100, Predefined: map[uint16]string{7: "w"}, Will: &Will{Topic: "w"}}, V2{},
			`CONNECT client="dev" pid=1 keepalive=3600 maxsize=100 will=predefined:7 qos=0 ""`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := device20(t, tt.cfg, tt.options)
			req := d.Connect(d.now, &d.out)
			d.wants(tt.want)
			d.pending(req)
			d.gets(v2.Connack{PacketID: 1})
			d.succeeded(req)
			require.Equal(t, Active, d.State())
		})
	}
	require.Equal(t, 65535*time.Second, NewCore(Config{V2: new(V2)}).Session().KeepAlive)
}

// Each attempt is a new packet.
// v2.0 2.2-1, 4.4.2-1, 4.4.2-2, 3.1.19-6
func TestConnectAttempts20(t *testing.T) {
	d := device20(t, Config{MTU: 100, Retries: 2}, V2{})
	req := d.Connect(d.now, &d.out)
	publish := d.Publish(d.now, message20("a", 0), &d.out)
	d.wants(`CONNECT client="dev" pid=1 keepalive=3600 maxsize=100`)
	d.after(5 * time.Second)
	d.wants(`CONNECT client="dev" pid=2 keepalive=3600 maxsize=100`)
	d.gets(v2.Connack{PacketID: 1}, v2.Publish{Topic: v2.Topic{Type: v2.TopicName, Name: []byte("a")}})
	d.received()
	d.pending(req)
	d.after(10 * time.Second)
	d.wants(`CONNECT client="dev" pid=3 keepalive=3600 maxsize=100`)
	d.after(20 * time.Second)
	d.wants()
	d.failed(req, ErrTimeout)
	d.failed(publish, ErrNotConnected)
	require.Equal(t, Disconnected, d.State())
}

func TestConnectRefused20(t *testing.T) {
	d := device20(t, Config{}, V2{})
	req := d.Connect(d.now, &d.out)
	d.gets(v2.Connack{PacketID: 1, Reason: v2.NotAuthorized})
	d.refused(req, v2.TypeConnack, v2.NotAuthorized)
	require.Equal(t, Disconnected, d.State())

	// What is said of an earlier connection does not end this one, what is said of protection does.
	d = device20(t, Config{}, V2{})
	req = d.Connect(d.now, &d.out)
	d.gets(v2.Disconnect{PacketID: 77, Reason: v2.NoVirtualConnection}, v2.Disconnect{Reason: v2.KeepAliveTimeout})
	d.pending(req)
	d.gets(v2.Disconnect{Reason: v2.ProtectionRequired})
	d.refused(req, v2.TypeDisconnect, v2.ProtectionRequired)
	require.Equal(t, Disconnected, d.State())
}

// v2.0 3.2.6-1, 3.16.4-1, 3.1.6-1
func TestSuggestions20(t *testing.T) {
	d := device20(t, Config{ClientID: "-"}, V2{Suggestions: true})
	d.session.ClientID = ""
	d.Connect(d.now, &d.out)
	d.gets(v2.Connack{PacketID: 1, KeepAlive: 40, HasExpiry: true, SessionExpiry: 60, ClientID: []byte("assigned")})
	d.out.Reset()
	require.Equal(t, Session{ClientID: "assigned", KeepAlive: 40 * time.Second, Expiry: time.Minute}, d.Session())
	d.after(30*time.Second - 1)
	d.wants()
	d.after(1)
	d.wants("PINGREQ pid=2")
	d.gets(v2.Pingresp{PacketID: 2, HasRemaining: true, Remaining: v2.RemainingUnknown})
	require.Equal(t, -1, d.Session().Remaining)
	d.Sleep(d.now, time.Hour, &d.out)
	d.gets(v2.Sleepresp{PacketID: 3, Duration: 120})
	require.Equal(t, 2*time.Minute, d.Session().Sleep)
	d.Connect(d.now, &d.out)
	d.wants("SLEEPREQ duration=3600 pid=3 retain-aliases", `CONNECT client="assigned" pid=4 keepalive=3600 maxsize=1400 srvsugg`)
}

// v2.0 4.1.1-2, 4.4.1-1, 4.4.1-3, 3.2.2.1-4
func TestResumeIn20(t *testing.T) {
	for _, present := range []bool{true, false} {
		t.Run(fmt.Sprintf("present=%t", present), func(t *testing.T) {
			d := connected20(t, Config{Resume: true}, V2{SessionExpiry: time.Hour})
			d.gets(v2.Register{PacketID: 9, HasAlias: true, Alias: 33, TopicName: []byte("a")})
			d.gets(v2.Publish{Topic: v2.Topic{Alias: 33}, QoS: 2, PacketID: 8})
			first := d.Publish(d.now, message20("a", 2), &d.out)
			second := d.Publish(d.now, message20("a", 1), &d.out)
			d.gets(v2.Disconnect{Reason: v2.ServerShuttingDown})
			require.ErrorIs(t, d.lost, ErrDisconnected)
			d.pending(first)
			d.out.Reset()

			d.Connect(d.now, &d.out)
			d.gets(v2.Connack{PacketID: 3, SessionPresent: present})
			require.Equal(t, present, d.Session().Present)
			if !present {
				d.wants(`CONNECT client="dev" pid=3 keepalive=3600 maxsize=1400 expiry=3600`, `REGISTER topic="a" pid=4`)
				d.gets(v2.Pubrel{PacketID: 8})
				d.wants("PUBCOMP packet-id-not-found pid=8")
				return
			}
			d.wants(`CONNECT client="dev" pid=3 keepalive=3600 maxsize=1400 expiry=3600`,
				`PUBLISH topic=session:33 qos=2 pid=2 dup "x"`)
			d.gets(v2.Pubrec{PacketID: 2}, v2.Pubcomp{PacketID: 2})
			d.succeeded(first)
			d.wants("PUBREL success pid=2", `PUBLISH topic=session:33 qos=1 pid=4 "x"`)
			d.gets(v2.Puback{PacketID: 4}, v2.Pubrel{PacketID: 8})
			d.succeeded(second)
			d.wants("PUBCOMP success pid=8")
		})
	}
}

// v2.0 3.2.2.1-3, 3.1.2.1-1
func TestUnexpectedSession20(t *testing.T) {
	for _, clean := range []bool{false, true} {
		d := device20(t, Config{CleanSession: clean}, V2{})
		req := d.Connect(d.now, &d.out)
		d.out.Reset()
		d.gets(v2.Connack{PacketID: 1, SessionPresent: true})
		d.failed(req, ErrSessionPresent)
		d.wants("DISCONNECT protocol-error pid=1")
		require.Equal(t, Disconnected, d.State())
	}
	d := device20(t, Config{}, V2{AdoptSession: true})
	req := d.Connect(d.now, &d.out)
	d.gets(v2.Connack{PacketID: 1, SessionPresent: true})
	d.succeeded(req)
	require.True(t, d.Session().Present)
}

// v2.0 3.13.7-1, 3.13.7-2, 3.13.7-4
func TestDisconnectIn20(t *testing.T) {
	d := connected20(t, Config{}, V2{})
	d.succeeded(d.Disconnect(d.now, &d.out))
	d.wants("DISCONNECT success")
	require.NoError(t, d.lost)
	d.gets(v2.Publish{Topic: v2.Topic{Type: v2.TopicName, Name: []byte("a")}, QoS: 1, PacketID: 1})
	d.after(time.Hour)
	d.wants()

	d = connected20(t, Config{}, V2{})
	req := d.Ping(d.now, &d.out)
	d.out.Reset()
	d.gets(v2.Disconnect{Reason: v2.AdministrativeAction, Text: []byte("bye")})
	d.refused(req, v2.TypeDisconnect, v2.AdministrativeAction)
	d.after(time.Hour)
	d.wants()
}

// v2.0 4.11.1-3, 4.11.1-5, 4.11.1-7
func TestAuthentication20(t *testing.T) {
	authenticate := func(challenge []byte) ([]byte, error) {
		if string(challenge) == "forged" {
			return nil, errors.New("not the gateway that I know")
		}
		return append([]byte("re:"), challenge...), nil
	}
	start := func(t *testing.T) (*device, Request) {
		d := device20(t, Config{}, V2{Method: "M", Authenticate: authenticate})
		req := d.Connect(d.now, &d.out)
		d.wants(`CONNECT client="dev" pid=1 keepalive=3600 maxsize=1400 auth="M" (3 octets)`)
		return d, req
	}
	auth := func(method, data string) v2.Authentication {
		return v2.Authentication{Method: []byte(method), Data: []byte(data)}
	}
	t.Run("two steps", func(t *testing.T) {
		d, req := start(t)
		d.gets(v2.Auth{PacketID: 1, Reason: v2.ContinueAuthentication, Authentication: auth("M", "1")})
		d.gets(v2.Auth{PacketID: 1, Reason: v2.ContinueAuthentication, Authentication: auth("M", "late")})
		var answer v2.Auth
		require.NoError(t, answer.Parse(d.out.Send[0][2:]))
		require.Equal(t, v2.Auth{PacketID: 2, Reason: v2.ContinueAuthentication, Authentication: auth("M", "re:1")}, answer)
		d.wants(`AUTH continue-authentication pid=2 auth="M" (4 octets)`)
		d.gets(v2.Connack{PacketID: 2, HasAuth: true, Auth: auth("M", "fine")})
		d.succeeded(req)
	})
	t.Run("no answer", func(t *testing.T) {
		d, req := start(t)
		d.gets(v2.Auth{PacketID: 1, Reason: v2.ContinueAuthentication, Authentication: auth("M", "1")})
		d.out.Reset()
		d.after(5 * time.Second)
		d.wants(`CONNECT client="dev" pid=3 keepalive=3600 maxsize=1400 auth="M" (3 octets)`) // from the beginning
		d.pending(req)
	})
	for name, p := range map[string]interface{ Append([]byte) []byte }{
		"another method":            v2.Auth{PacketID: 1, Reason: v2.ContinueAuthentication, Authentication: auth("N", "1")},
		"forged":                    v2.Auth{PacketID: 1, Reason: v2.ContinueAuthentication, Authentication: auth("M", "forged")},
		"another reason":            v2.Auth{PacketID: 1, Authentication: auth("M", "")},
		"CONNACK of another method": v2.Connack{PacketID: 1, HasAuth: true, Auth: auth("N", "")},
		"CONNACK forged":            v2.Connack{PacketID: 1, HasAuth: true, Auth: auth("M", "forged")},
	} {
		t.Run(name, func(t *testing.T) {
			d, req := start(t)
			d.gets(p)
			require.Error(t, d.results[req].Err)
			require.Equal(t, Disconnected, d.State())
			require.Contains(t, d.words(d.out.Send[0]), "DISCONNECT")
		})
	}
	t.Run("not asked for", func(t *testing.T) {
		d := device20(t, Config{}, V2{})
		req := d.Connect(d.now, &d.out)
		d.gets(v2.Auth{PacketID: 1, Reason: v2.ContinueAuthentication, Authentication: auth("M", "1")})
		d.failed(req, ErrDisconnected)
	})
}

// v2.0 3.18-1, 3.18-3
func TestRoaming20(t *testing.T) {
	d := connected20(t, Config{}, V2{Roaming: true})
	req := d.Publish(d.now, Message{Topic: Predefined(7), QoS: 2}, &d.out)
	d.wants(`CONNECTION client="dev" | PUBLISH topic=predefined:7 qos=2 pid=2 ""`)
	d.gets(v2.Pubrec{PacketID: 2})
	d.wants("PUBREL success pid=2")
	d.gets(v2.Pubcomp{PacketID: 2})
	d.succeeded(req)
}
