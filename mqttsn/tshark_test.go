package mqttsn_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	. "mqttsn-gateway/mqttsn"
)

// tsharkFaults are examples that Wireshark's dissector misreads, with the field it gets wrong, or "" where it gives up.
var tsharkFaults = map[string]string{
	"E04":              "mqttsn.gw.addr", // shown as a string
	"E05":              "mqttsn.gw.addr",
	"E12":              "", // reads Flags that an empty WILLTOPIC does not have
	"E44":              "",
	"E33":              "mqttsn.topic.name.or.id", // an id shown as a name
	"binary data":      "mqttsn.pub.msg",          // shown as a string
	"forwarded to all": "",                        // wants a node id
}

// An independent implementation reads from our encoding what we put in.
func TestTsharkReadsWhatWeWrite(t *testing.T) {
	tshark, err := exec.LookPath("tshark")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("tshark must be installed in CI: ", err)
		}
		t.Skip("tshark is not installed")
	}

	var sent []example
	var capture pcap
	capture.start()
	for _, ex := range examples {
		if ex.packet.Len() < 1500 {
			sent = append(sent, ex)
			capture.add(ex.packet.Append(nil))
		}
	}
	file := filepath.Join(t.TempDir(), "examples.pcap")
	require.NoError(t, os.WriteFile(file, capture.Bytes(), 0o600))

	out, err := exec.Command(tshark, "-r", file, "-d", "udp.port==1884,mqttsn", "-T", "json", "-J", "mqttsn").Output()
	require.NoError(t, err)
	var dissected []struct {
		Source struct {
			Layers struct {
				MQTTSN struct {
					Msg map[string]any `json:"mqttsn.msg"`
				} `json:"mqttsn"`
				Malformed any `json:"_ws.malformed"`
			} `json:"layers"`
		} `json:"_source"`
	}
	require.NoError(t, json.Unmarshal(out, &dissected))
	require.Len(t, dissected, len(sent))

	for i, ex := range sent {
		got, want := dissected[i].Source.Layers, tsharkFields(t, ex.packet)
		fault, faulty := tsharkFaults[ex.name]
		if faulty && fault == "" {
			require.NotNil(t, got.Malformed, "tshark has learnt to read %s", ex.name)
			continue
		}
		require.Nil(t, got.Malformed, ex.name)
		if faulty {
			require.NotEqual(t, want[fault], got.MQTTSN.Msg[fault], "tshark has learnt to read %s", ex.name)
			delete(want, fault)
			delete(got.MQTTSN.Msg, fault)
			delete(got.MQTTSN.Msg, fault+"_tree") // its complaint
		}
		require.Equal(t, want, got.MQTTSN.Msg, ex.name)
	}
}

// tsharkFields are the names and values under which tshark shows a packet.
func tsharkFields(t *testing.T, p Packet) map[string]any {
	f := map[string]any{"mqttsn.msg.type": octet(p.Type()), "mqttsn.msg.len": fmt.Sprint(p.Len())}
	set := func(name string, value any) { f["mqttsn."+name] = fmt.Sprint(value) }
	flag := func(name string, on bool) {
		set(name, 0)
		if on {
			set(name, 1)
		}
	}
	topicIDType := func(flags Flags) { set("topic.id.type", octet(flags.TopicIDType())) }
	filter := func(flags Flags, msgID uint16, name []byte, id uint16) {
		topicIDType(flags)
		set("msg.id", msgID)
		set("topic.name.or.id", string(name))
		if flags.TopicIDType() != Normal {
			set("topic.name.or.id", ShortTopicName(id))
		}
	}
	ack := func(topicID, msgID uint16, c ReturnCode) {
		set("topic.id", topicID)
		set("msg.id", msgID)
		set("return.code", octet(c))
	}

	switch p := p.(type) {
	case *Advertise:
		set("gw.id", p.GwID)
		set("adv.interv", p.Duration)
	case *SearchGw:
		set("radius", p.Radius)
	case *GwInfo:
		set("gw.id", p.GwID)
	case *Connect:
		flag("will", p.Flags.Will())
		flag("clean.session", p.Flags.CleanSession())
		topicIDType(p.Flags)
		set("protocol.id", octet(p.ProtocolID))
		set("keep.alive", p.Duration)
		set("client.id", string(p.ClientID))
	case *Connack:
		set("return.code", octet(p.ReturnCode))
	case *WillTopicResp:
		set("return.code", octet(p.ReturnCode))
	case *WillMsgResp:
		set("return.code", octet(p.ReturnCode))
	case *WillTopic:
		topicIDType(p.Flags)
		set("will.topic", string(p.Topic))
	case *WillTopicUpd:
		topicIDType(p.Flags)
		set("will.topic", string(p.Topic))
	case *WillMsg:
		set("will.msg", string(p.Msg))
	case *WillMsgUpd:
		set("will.msg", string(p.Msg))
	case *Register:
		set("topic.id", p.TopicID)
		set("msg.id", p.MsgID)
		set("topic", string(p.TopicName))
	case *Regack:
		ack(p.TopicID, p.MsgID, p.ReturnCode)
	case *Publish:
		flag("dup", p.Flags.DUP())
		set("qos", octet(p.Flags.QoS()&3))
		flag("retain", p.Flags.Retain())
		topicIDType(p.Flags)
		set("topic.id", p.TopicID)
		set("msg.id", p.MsgID)
		set("pub.msg", string(p.Data))
	case *Puback:
		ack(p.TopicID, p.MsgID, p.ReturnCode)
	case *Pubrec:
		set("msg.id", p.MsgID)
	case *Pubrel:
		set("msg.id", p.MsgID)
	case *Pubcomp:
		set("msg.id", p.MsgID)
	case *Subscribe:
		filter(p.Flags, p.MsgID, p.TopicName, p.TopicID)
	case *Suback:
		topicIDType(p.Flags)
		ack(p.TopicID, p.MsgID, p.ReturnCode)
	case *Unsubscribe:
		filter(p.Flags, p.MsgID, p.TopicName, p.TopicID)
	case *Unsuback:
		set("msg.id", p.MsgID)
	case *Pingreq:
		if len(p.ClientID) > 0 {
			set("client.id", string(p.ClientID))
		}
	case *Disconnect:
		if p.Duration > 0 {
			set("sleep.timer", p.Duration)
		}
	case *Forward:
		f["mqttsn.msg.len"] = fmt.Sprint(p.Len() - len(p.Inner))
		set("control.info", octet(p.Radius))
		var node uint16
		for _, b := range p.NodeID {
			node = node<<8 | uint16(b)
		}
		set("wireless.node.id", node)
		inner, err := Parse(p.Inner)
		if err != nil {
			// Of a reserved type: only the header is shown.
			f["mqttsn.msg"] = map[string]any{"mqttsn.msg.type": octet(p.Inner[1]), "mqttsn.msg.len": fmt.Sprint(len(p.Inner))}
			break
		}
		f["mqttsn.msg"] = tsharkFields(t, inner)
		f["mqttsn.msg"].(map[string]any)["mqttsn.msg.len"] = fmt.Sprint(len(p.Inner))
	case *WillTopicReq, *WillMsgReq, *Pingresp:
	default:
		t.Fatalf("how does tshark show %v?", p)
	}
	return f
}

// octet writes a number as tshark does.
func octet[T ~uint8 | ~int8](v T) string { return fmt.Sprintf("0x%02x", uint8(v)) }

// A pcap is a capture file of datagrams that travel over UDP between two ports 1884.
type pcap struct{ bytes.Buffer }

func (c *pcap) start() {
	const magic, major, minor, maxLen, rawIP = 0xA1B2C3D4, 2, 4, 0xFFFF, 101
	le := binary.LittleEndian
	b := le.AppendUint32(nil, magic)
	b = le.AppendUint16(b, major)
	b = le.AppendUint16(b, minor)
	b = append(b, make([]byte, 8)...) // time zone and accuracy, which nobody uses
	b = le.AppendUint32(b, maxLen)
	c.Write(le.AppendUint32(b, rawIP)) // packets begin with the IP header
}

func (c *pcap) add(datagram []byte) {
	const ipHeader, udpHeader, protocolUDP, port = 20, 8, 17, 1884
	length := ipHeader + udpHeader + len(datagram)

	b := make([]byte, 8) // when: never mind
	b = binary.LittleEndian.AppendUint32(b, uint32(length))
	b = binary.LittleEndian.AppendUint32(b, uint32(length))

	be := binary.BigEndian
	b = be.AppendUint16(b, 0x4500) // IP version 4, header of five words
	b = be.AppendUint16(b, uint16(length))
	b = append(b, 0, 0, 0, 0, 64, protocolUDP, 0, 0)
	b = append(b, 127, 0, 0, 1, 127, 0, 0, 1)

	b = be.AppendUint16(b, port)
	b = be.AppendUint16(b, port)
	b = be.AppendUint16(b, uint16(udpHeader+len(datagram)))
	b = append(b, 0, 0) // no checksum
	c.Write(append(b, datagram...))
}
