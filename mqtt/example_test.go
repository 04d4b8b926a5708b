package mqtt_test

import (
	"context"
	"fmt"
	"log"

	"mqttsn-gateway/mqtt"
)

// A server that welcomes everybody, and a client that says hello to it.
func Example() {
	l, err := mqtt.Listen(mqtt.ListenConfig{Address: "127.0.0.1:0"})
	if err != nil {
		log.Fatal(err)
	}
	served := make(chan struct{})
	go func() {
		l.Serve(welcome)
		close(served)
	}()

	c, err := mqtt.Dial(context.Background(), mqtt.DialConfig{URL: "mqtt://" + l.Addr().String()})
	if err != nil {
		log.Fatal(err)
	}
	c.Send(&mqtt.Connect{Version: mqtt.V5, ClientID: "th7", CleanStart: true})
	c.Flush()
	if _, err := c.ReadPacket(); err != nil { // CONNACK
		log.Fatal(err)
	}
	c.Send(&mqtt.Publish{Topic: "plant/th7", Payload: []byte("21.5")})
	c.CloseWith(mqtt.NormalDisconnection, "")

	l.Close()
	<-served
	// Output:
	// CONNECT th7
	// PUBLISH plant/th7 21.5
	// DISCONNECT Success
}

func welcome(c *mqtt.Conn) {
	defer c.Close()
	for {
		p, err := c.ReadPacket()
		if err != nil {
			return
		}
		switch p := p.(type) {
		case *mqtt.Connect:
			fmt.Println("CONNECT", p.ClientID)
			c.Send(&mqtt.Connack{})
			c.Flush()
		case *mqtt.Publish:
			fmt.Println("PUBLISH", p.Topic, string(p.Payload))
		case *mqtt.Disconnect:
			fmt.Println("DISCONNECT", p.Reason)
			return
		}
	}
}
