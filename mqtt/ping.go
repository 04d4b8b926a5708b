package mqtt

// Pingreq shows that the client is alive (3.12). Client to server.
type Pingreq struct{}

// Type returns PINGREQ.
func (*Pingreq) Type() Type { return PINGREQ }

func (*Pingreq) encode(*encoder) {}
func (*Pingreq) decode(*decoder) {}

// Pingresp answers PINGREQ (3.13). Server to client.
type Pingresp struct{}

// Type returns PINGRESP.
func (*Pingresp) Type() Type { return PINGRESP }

func (*Pingresp) encode(*encoder) {}
func (*Pingresp) decode(*decoder) {}
