package bench

import (
	"context"
	"errors"
	"fmt"
	"net"

	"mqttsn-gateway/mqtt"
	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/radio"
)

// A Floor does the least that any gateway must do with the operating system: it reads datagrams, answers each, and writes the
// payloads of publications to one TCP connection, as many at once as were read at once. It knows neither sessions nor
// topics. What a gateway takes beyond that is its own.
type Floor struct {
	udp *radio.UDP
	tcp net.Listener

	copies func(number int) int // how often a publication goes on, in tests; nil: once
}

// OpenFloor opens sockets at free ports of the loopback interface.
func OpenFloor() (*Floor, error) {
	udp, err := radio.ListenUDP(radio.UDPConfig{Listen: "127.0.0.1:0"})
	if err != nil {
		return nil, err
	}
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		udp.Close()
		return nil, err
	}
	return &Floor{udp: udp, tcp: tcp}, nil
}

// String is where the floor is: the UDP address, and the TCP address.
func (f *Floor) String() string { return fmt.Sprintf("%v %v", f.udp.LocalAddr(), f.tcp.Addr()) }

// Run serves one ordinary client, and the devices, until ctx is done.
func (f *Floor) Run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() {
		f.udp.Close()
		f.tcp.Close()
	})
	defer stop()
	err := f.run(ctx)
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func (f *Floor) run(ctx context.Context) error {
	out, err := f.tcp.Accept()
	if err != nil {
		return err
	}
	defer out.Close()
	defer context.AfterFunc(ctx, func() { out.Close() })()
	if err := welcome(out); err != nil {
		return err
	}
	return f.serve(out)
}

// welcome answers CONNECT and SUBSCRIBE, by what their first octets are.
func welcome(c net.Conn) error {
	var buf [512]byte
	for {
		n, err := c.Read(buf[:])
		if err != nil {
			return err
		}
		switch mqtt.Type(buf[0] >> 4) {
		case mqtt.CONNECT:
			_, err = c.Write([]byte{byte(mqtt.CONNACK) << 4, 2, 0, 0})
		case mqtt.SUBSCRIBE:
			if n < 4 {
				return errors.New("SUBSCRIBE is cut short")
			}
			_, err = c.Write([]byte{byte(mqtt.SUBACK) << 4, 3, buf[2], buf[3], 0})
			return err
		}
		if err != nil {
			return err
		}
	}
}

func (f *Floor) serve(out net.Conn) error {
	in := make([]radio.Packet, 32)
	for i := range in {
		in[i].Data = make([]byte, airBuffer)
	}
	answers := make([]radio.Packet, 0, len(in))
	var spoken, stream []byte
	number := 0
	for {
		for i := range in {
			in[i].Data = in[i].Data[:airBuffer]
		}
		n, err := f.udp.ReadBatch(in)
		if err != nil {
			return err
		}
		answers, spoken, stream = answers[:0], spoken[:0], stream[:0]
		for i := range in[:n] {
			typ, body, err := mqttsn.Split(in[i].Data)
			if err != nil {
				continue
			}
			from := len(spoken)
			if spoken = appendAnswer(spoken, typ, body); len(spoken) > from {
				answers = append(answers, radio.Packet{Peer: in[i].Peer, Data: spoken[from:]})
			}
			if typ == mqttsn.TypePublish {
				stream = f.appendOnward(stream, body, number)
				number++
			}
		}
		if len(answers) > 0 {
			if _, err := f.udp.WriteBatch(answers); err != nil {
				return err
			}
		}
		if len(stream) > 0 {
			if _, err := out.Write(stream); err != nil {
				return err
			}
		}
	}
}

// appendAnswer says yes.
func appendAnswer(b []byte, typ mqttsn.Type, body []byte) []byte {
	switch typ {
	case mqttsn.TypeConnect:
		return mqttsn.Connack{}.Append(b)
	case mqttsn.TypeRegister:
		var p mqttsn.Register
		if p.Parse(body) == nil {
			return mqttsn.Regack{TopicID: 1, MsgID: p.MsgID}.Append(b)
		}
	case mqttsn.TypePublish:
		var p mqttsn.Publish
		if p.Parse(body) != nil {
			return b
		}
		switch p.Flags.QoS() {
		case mqttsn.QoS1:
			return mqttsn.Puback{TopicID: p.TopicID, MsgID: p.MsgID}.Append(b)
		case mqttsn.QoS2:
			return mqttsn.Pubrec{MsgID: p.MsgID}.Append(b)
		}
	case mqttsn.TypePubrel:
		var p mqttsn.Pubrel
		if p.Parse(body) == nil {
			return mqttsn.Pubcomp(p).Append(b)
		}
	case mqttsn.TypePingreq:
		return mqttsn.Pingresp{}.Append(b)
	case mqttsn.TypeDisconnect:
		return mqttsn.Disconnect{}.Append(b)
	}
	return b
}

// appendOnward makes a PUBLISH for the ordinary client.
func (f *Floor) appendOnward(b, body []byte, number int) []byte {
	var p mqttsn.Publish
	if p.Parse(body) != nil {
		return b
	}
	copies := 1
	if f.copies != nil {
		copies = f.copies(number)
	}
	const topic = "floor"
	for range copies {
		length := 2 + len(topic) + len(p.Data)
		b = append(b, byte(mqtt.PUBLISH)<<4)
		for ; length > 127; length >>= 7 {
			b = append(b, byte(length)|0x80)
		}
		b = append(b, byte(length), 0, byte(len(topic)))
		b = append(append(b, topic...), p.Data...)
	}
	return b
}
