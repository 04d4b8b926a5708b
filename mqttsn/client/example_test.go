package client_test

import (
	"context"
	"fmt"
	"net"
	"time"

	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/mqttsn/client"
)

// A device that publishes a reading and listens for commands.
func Example() {
	_, address, stop := listenUDP() // a gateway to try it with
	defer stop()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()

	c, err := client.Dial(ctx, address, client.Config{
		ClientID:  "sensor-01",
		KeepAlive: time.Minute,
		Will:      &client.Will{Topic: "site/a/state", Payload: []byte("lost"), QoS: mqttsn.QoS1},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	if err := c.Connect(ctx); err != nil {
		fmt.Println(err)
		return
	}

	commands := make(chan string)
	granted, err := c.Subscribe(ctx, client.Name("site/a/cmd/#"), mqttsn.QoS1, func(m client.Message) {
		commands <- fmt.Sprintf("%v: %s", m.Topic, m.Payload)
	})
	fmt.Println("subscribed with QoS", granted, err)

	reading := client.Message{Topic: client.Name("site/a/temp"), QoS: mqttsn.QoS1, Payload: []byte("21.5")}
	fmt.Println("published:", c.Publish(ctx, reading))

	// Somebody, here the device itself, switches the LED on.
	command := client.Message{Topic: client.Name("site/a/cmd/led"), QoS: mqttsn.QoS2, Payload: []byte("on")}
	fmt.Println("published:", c.Publish(ctx, command))
	fmt.Println(<-commands)
	fmt.Println("disconnected:", c.Disconnect(ctx))

	// Output:
	// subscribed with QoS 1 <nil>
	// published: <nil>
	// published: <nil>
	// site/a/cmd/led: on
	// disconnected: <nil>
}

// A device that sleeps most of the time. What comes meanwhile waits at the gateway.
func ExampleClient_Sleep() {
	gateway, address, stop := listenUDP()
	defer stop()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()

	c, err := client.Dial(ctx, address, client.Config{ClientID: "sensor-01"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	received := make(chan string, 10)
	c.OnMessage(func(m client.Message) { received <- string(m.Payload) })

	fmt.Println("connected:", c.Connect(ctx))
	fmt.Println("sleeps:", c.Sleep(ctx, time.Hour), c.State())

	// Meanwhile somebody has a command.
	gateway.do(func(g *fakeGateway) { g.publish("cmd", "open", mqttsn.QoS1) })

	// Within the hour, the radio is switched on for a moment.
	fmt.Println("woke:", c.Wake(ctx), c.State())
	fmt.Println(<-received)

	// Output:
	// connected: <nil>
	// sleeps: <nil> asleep
	// woke: <nil> asleep
	// open
}

// A sensor that only ever says one thing needs no connection. The gateway must permit it.
func ExampleClient_Publish_qosMinus1() {
	_, address, stop := listenUDP()
	defer stop()
	ctx := context.Background()

	c, err := client.Dial(ctx, address, client.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	reading := client.Message{Topic: client.Predefined(10), QoS: mqttsn.QoSMinus1, Payload: []byte("42")}
	fmt.Println(c.Publish(ctx, reading), c.State())

	// Output: <nil> disconnected
}

// Looking for a gateway by broadcast, here to a single address.
func ExampleSearch() {
	_, address, stop := listenUDP()
	defer stop()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()

	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer conn.Close()
	broadcast, err := net.ResolveUDPAddr("udp", address)
	if err != nil {
		fmt.Println(err)
		return
	}
	id, gateway, err := client.Search(ctx, conn, broadcast, client.DiscoveryConfig{SearchDelay: time.Millisecond})
	fmt.Println("gateway", id, "found:", gateway.String() == address, err)

	// Output: gateway 7 found: true <nil>
}

// A Core under a clock of one's own: here nobody answers, and nine minutes pass in no time.
func ExampleCore() {
	core := client.NewCore(client.Config{ClientID: "sensor-01", RetryInterval: 3 * time.Minute, Retries: 2})
	var out client.Out
	core.Connect(0, &out)
	for {
		for _, datagram := range out.Send {
			packet, _ := mqttsn.Parse(datagram)
			fmt.Println("send", packet)
		}
		for _, result := range out.Done {
			fmt.Println(result.Err)
		}
		out.Reset()

		now, ok := core.Deadline()
		if !ok {
			break
		}
		fmt.Println("at", now)
		core.Tick(now, &out)
	}

	// Output:
	// send CONNECT client=sensor-01 duration=0
	// at 3m0s
	// send CONNECT client=sensor-01 duration=0
	// at 6m0s
	// send CONNECT client=sensor-01 duration=0
	// at 9m0s
	// mqttsn: no answer from the gateway
}
