package engine

import (
	"bytes"
	"time"

	"mqttsn-gateway/mqtt"
	v2 "mqttsn-gateway/mqttsn/v2"
)

// A proof is what a device has shown of itself in CONNECT: to the gateway, which knows by now that the user is right, or for
// the upstream broker to judge.
type proof struct {
	user string
	Login
	method string // of MQTT 5's enhanced authentication; empty for none
	data   []byte // what it begins with
}

// name is that of the user whom the gateway knows; empty for nobody in particular.
func (p *proof) name() string {
	if p == nil {
		return ""
	}
	return p.user
}

// same reports whether the broker would have to judge anew. An enhanced authentication is never the same.
func (p *proof) same(q *proof) bool {
	if p == nil || q == nil {
		return p == q
	}
	return p.method == "" && q.method == "" && p.Username == q.Username && bytes.Equal(p.Password, q.Password)
}

// write keeps what the broker will ask for when the connection to it is made anew: the device is to notice nothing of a
// restart. An enhanced authentication cannot be repeated without it.
func (p *proof) write(f *fields) {
	f.string(p.user)
	f.string(p.Username)
	f.bytes(p.Password)
}

func readProof(f *fields) *proof {
	return &proof{user: f.readString(), Login: Login{Username: f.readString(), Password: f.readBytes()}}
}

// A Check asks the driver whether there is a user with this password. It takes longer than an engine may.
type Check struct {
	ID       uint64 // for Checked
	User     string
	Password []byte
}

// maxChecks is how many passwords may be checked at a time. Who comes then is told that we are busy.
const maxChecks = 64

// A check is a password that is being checked: of a CONNECT, or of a device that proves itself again.
type check struct {
	addr    Addr
	user    string
	v       *v20
	request *connectRequest // nil: the device is connected
}

// Checked answers a Check. CONNECT goes on, or is refused; the device may have gone away meanwhile.
func (e *Engine) Checked(now time.Duration, id uint64, right bool, out *Out) {
	e.enter(now, out)
	c := e.checks[id]
	if c == nil {
		return
	}
	delete(e.checks, id)
	switch {
	case c.request == nil:
		if d := e.byAddr[c.addr]; d != nil && d.dialect == dialect(c.v) {
			d.proven20(c.v, right)
		}
	case !right:
		e.refuse(c.addr, c.v, c.request.clientID, mqtt.BadUserNameOrPassword)
	default:
		c.request.proof = &proof{user: c.user}
		e.connect(c.addr, c.v, *c.request)
	}
}

// check hands a password to the driver. A device has one CONNECT at a time under way: the next one takes its place.
func (e *Engine) check(c *check, password []byte) bool {
	for id, other := range e.checks {
		if other.addr == c.addr {
			delete(e.checks, id)
		}
	}
	if len(e.checks) >= maxChecks {
		return false
	}
	e.lastCheck++
	e.checks[e.lastCheck] = c
	e.out.Checks = append(e.out.Checks, Check{ID: e.lastCheck, User: c.user, Password: bytes.Clone(password)})
	return true
}

// authenticate20 serves a CONNECT with authentication (v2.0, 4.11). In transparent mode the broker judges it. Else the
// gateway knows user names and passwords only, and if it has no users it takes any, as it does with ordinary clients.
func (e *Engine) authenticate20(a Addr, v *v20, r connectRequest, auth v2.Authentication) error {
	v.method = string(auth.Method)
	transparent := e.modeOf(r.clientID) == Transparent
	refuse := func(reason mqtt.Reason) {
		e.refuse(a, v, r.clientID, reason)
	}
	if v.method != v2.MethodBasic {
		if !transparent {
			refuse(mqtt.BadAuthenticationMethod)
			return nil
		}
		p, err := enhancedProof(auth)
		if err != nil {
			refuse(mqtt.MalformedPacket)
			return err
		}
		r.proof = p
		e.connect(a, v, r)
		return nil
	}
	var basic v2.Basic
	if err := basic.Parse(auth.Data); err != nil {
		refuse(mqtt.MalformedPacket)
		return err
	}
	switch {
	case transparent:
		r.proof = &proof{Login: loginOf(basic)}
		e.connect(a, v, r)
	case !e.cfg.Users:
		e.connect(a, v, r)
	case !e.check(&check{addr: a, user: string(basic.UserName), v: v, request: &r}, basic.Password):
		refuse(mqtt.ServerBusy)
	}
	return nil
}

func loginOf(b v2.Basic) Login {
	return Login{Username: string(b.UserName), Password: bytes.Clone(b.Password)}
}

// enhancedProof says in MQTT's terms how an authentication begins. A method other than MQTT-ENHANCED goes as it is.
func enhancedProof(auth v2.Authentication) (*proof, error) {
	if string(auth.Method) != v2.MethodEnhanced {
		return &proof{method: string(auth.Method), data: bytes.Clone(auth.Data)}, nil
	}
	var both v2.EnhancedConnect
	if err := both.Parse(auth.Data); err != nil {
		return nil, err
	}
	return &proof{
		Login: loginOf(both.Basic), method: string(both.Enhanced.Method), data: bytes.Clone(both.Enhanced.Data),
	}, nil
}

// auth20 serves AUTH (v2.0, 3.3): the next step of a CONNECT that the broker has asked something about, or of a device that
// proves itself again while it is connected.
func (d *Device) auth20(v *v20, body []byte) error {
	var p v2.Auth
	if err := p.Parse(body); err != nil {
		return err
	}
	if v.method == "" || v.method != string(p.Method) || p.Reason == v2.Success {
		d.breach(v2.ProtocolError, p.PacketID, "AUTH that CONNECT did not begin") // 4.11.1-5 and 4.11.1-7
		return nil
	}
	if d.connecting {
		v.connectID = p.PacketID
		d.step20(v, p)
		return nil
	}
	if !d.begins(v, v2.TypeAuth, p.PacketID) {
		return nil
	}
	if v.method != v2.MethodBasic {
		d.step20(v, p)
		return nil
	}
	var basic v2.Basic
	err := basic.Parse(p.Data)
	switch {
	case err != nil:
		return err
	case d.proof != nil && d.proof.user == "":
		d.proven20(v, d.proof.same(&proof{Login: loginOf(basic)}))
	case !d.e.cfg.Users:
		d.proven20(v, true)
	case string(basic.UserName) != d.proof.name():
		d.proven20(v, false) // another user may have other rights
	case !d.e.check(&check{addr: d.addr, user: d.proof.name(), v: v}, basic.Password):
		d.breach(v2.ServerBusy, p.PacketID, "too many passwords to check")
	}
	return nil
}

// step20 hands a step of an enhanced authentication to the north side.
func (d *Device) step20(v *v20, p v2.Auth) {
	data := p.Data
	if v.method == v2.MethodEnhanced {
		var inner v2.Enhanced
		if inner.Parse(p.Data) != nil {
			d.breach(v2.MalformedPacket, p.PacketID, "AUTH with data that are not of its method")
			return
		}
		data = inner.Data
	}
	u, ok := d.north.(*uplink)
	if !ok || !u.prove(mqtt.Reason(p.Reason), bytes.Clone(data)) {
		d.breach(v2.ProtocolError, p.PacketID, "AUTH that nobody has asked for")
	}
}

// proven20 ends a new authentication: AUTH says that it was right; else the connection ends (v2.0, 4.11.1.1-2).
func (d *Device) proven20(v *v20, right bool) {
	if v.open.typ != v2.TypeAuth {
		return
	}
	if !right {
		d.breach(v2.NotAuthorized, v.open.id, "it could not prove itself again")
		return
	}
	d.challenge(mqtt.Success, "", nil)
}

// challenge hands the device a step of its authentication, with the id of the packet that it answers (v2.0, 3.3.2-1).
func (d *Device) challenge(reason mqtt.Reason, method string, data []byte) {
	v, ok := speaks20(d)
	if !ok || v.method == "" {
		return // the broker asks for what the device did not begin
	}
	p := v2.Auth{PacketID: v.open.id, Reason: v2.ReasonCode(reason)}
	if d.connecting {
		p.PacketID = v.connectID
	} else {
		v.answered(p.PacketID)
	}
	p.Method, p.Data = []byte(v.method), v.wrap(method, data)
	if p.PacketID != 0 {
		d.answer(p.Append)
	}
}

// wrap is the inverse of what step20 does to the data.
func (v *v20) wrap(method string, data []byte) []byte {
	if v.method != v2.MethodEnhanced {
		return data
	}
	return v2.Enhanced{Method: []byte(method), Data: data}.Append(nil)
}
