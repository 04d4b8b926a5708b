package mqtt

// Disconnect is the last packet of a connection (3.14). Both ways in MQTT 5, client to server before: there a server
// can only close, and [Conn.Send] of a Disconnect writes nothing.
type Disconnect struct {
	Reason Reason // from clients older than MQTT 5 always NormalDisconnection

	// MQTT 5 only, from here on.

	SessionExpiry   *uint32 // seconds, nil: as in CONNECT; client to server only
	ReasonString    string
	ServerReference string // another server to use; server to client only
	User            []UserProperty
}

// Type returns DISCONNECT.
func (*Disconnect) Type() Type { return DISCONNECT }
