package client_test

import (
	"context"
	"fmt"
	"time"

	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/mqttsn/client"
	v2 "mqttsn-gateway/mqttsn/v2"
)

// The same device, in version 2.0: it has no name until the gateway gives it one, its session outlives the connection by a
// day, and it does not want to hear what it says itself.
func Example_version20() {
	_, address, stop := listenFor(new(fakeGateway20))
	defer stop()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()

	c, err := client.Dial(ctx, address, client.Config{V2: &client.V2{SessionExpiry: 24 * time.Hour, Suggestions: true}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	fmt.Println("connected:", c.Connect(ctx))
	fmt.Println("as", c.Session().ClientID, "for", c.Session().Expiry)

	options := client.SubscribeOptions{NoLocal: true, RetainHandling: v2.SendRetainedIfNew}
	granted, err := c.SubscribeWith(ctx, client.Name("site/a/cmd/#"), mqttsn.QoS1, options, nil)
	fmt.Println("subscribed with QoS", granted, err)

	reading := client.Message{Topic: client.Name("site/a/temp"), QoS: mqttsn.QoS1, Payload: []byte("21.5")}
	fmt.Println("published:", c.Publish(ctx, reading))

	// A gateway that wants to be left alone gives a reason.
	secret := client.Message{Topic: client.Name("forbidden/temp"), QoS: mqttsn.QoS1}
	fmt.Println("published:", c.Publish(ctx, secret))

	// Output:
	// connected: <nil>
	// as given-1 for 1h0m0s
	// subscribed with QoS 1 <nil>
	// published: <nil>
	// published: mqttsn: rejected by PUBACK: not-authorized
}

// A sleeping device whose radio can hear that messages wait.
func ExampleClient_OnWakeup() {
	gateway, address, stop := listenFor(new(fakeGateway20))
	defer stop()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()

	c, err := client.Dial(ctx, address, client.Config{ClientID: "sensor-01", V2: new(client.V2)})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	received := make(chan string, 10)
	c.OnMessage(func(m client.Message) { received <- string(m.Payload) })
	c.OnWakeup(func() { fmt.Println("woke:", c.Wake(ctx)) })
	fmt.Println("connected:", c.Connect(ctx))
	fmt.Println("sleeps:", c.Sleep(ctx, time.Hour), c.Session().Sleep)

	gateway.do(func(g *fakeGateway20) {
		g.publish("cmd", "open", v2.QoS1)
		g.send(&v2.Wakeup{})
	})
	fmt.Println(<-received)
	if err := c.Close(); err != nil { // waits for the handler
		fmt.Println(err)
	}

	// Output:
	// connected: <nil>
	// sleeps: <nil> 1h0m0s
	// woke: <nil>
	// open
}
