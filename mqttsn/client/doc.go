// Package client is the device's side of MQTT-SN, versions 1.2 and 2.0: connect to a gateway, publish, subscribe, sleep
// and wake.
//
// A [Client] is for programs. It works over anything that carries datagrams, waits with contexts and calls handlers:
//
//	c, err := client.Dial(ctx, "gateway.local:1884", client.Config{ClientID: "sensor-01", KeepAlive: time.Minute})
//	…
//	defer c.Close()
//	if err := c.Connect(ctx); err != nil {
//		return err
//	}
//	return c.Publish(ctx, client.Message{Topic: client.Name("site/a/temp"), QoS: mqttsn.QoS1, Payload: []byte("21.5")})
//
// A [Core] is what a Client is built on: the whole protocol without a goroutine, a clock, a lock or a socket. It is
// handed datagrams, wishes and the time, and lists what is to be sent and what has happened. Simulations drive
// thousands of them in virtual time; firmware may bring its own loop.
//
// [Discovery] finds gateways, [Search] does so over a socket.
//
// As the specification asks of devices (6.5, 6.6, 6.9), a client has one request under way at a time; others wait
// their turn in a bounded queue. Topic names are registered when they are first published to. A client does not
// answer the SEARCHGW of other clients, which the specification leaves open (6.1).
//
// # Version 2.0
//
// Config.V2 makes a client speak version 2.0, an OASIS draft, with the same methods. [V2] has what is new in it, and
// docs/mqttsn-2.0.md how we read the draft. A refusal is a [ReasonError] there, a [RejectedError] in 1.2. What does not
// exist in a version fails with ErrUnsupported; QoS -1 is a PUBWOS, and a short topic a name like others.
package client
