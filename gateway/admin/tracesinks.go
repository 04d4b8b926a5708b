package admin

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/netip"

	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/gateway/trace"
)

// An eventSink writes packets as server-sent events.
type eventSink struct {
	s *Server
	w http.ResponseWriter
}

func (k *eventSink) begin() error {
	_, err := io.WriteString(k.w, ": hello\n\n")
	return err
}

func (k *eventSink) idle() error {
	_, err := io.WriteString(k.w, ": still here\n\n")
	return err
}

func (k *eventSink) packet(p *trace.Packet) error {
	data, err := json.Marshal(k.s.showPacket(p))
	if err == nil {
		_, err = fmt.Fprintf(k.w, "data: %s\n\n", data)
	}
	return err
}

var directions = map[bool]string{false: "in", true: "out"}

func (s *Server) showPacket(p *trace.Packet) Packet {
	return Packet{
		Time: p.At.Round(0).UTC(), Direction: directions[p.Out], Broadcast: p.Broadcast, Link: s.cfg.Links[p.Addr.Link].Name,
		Address: s.addressOf(p), Client: p.Client, Version: p.VersionText(), Text: p.Text(),
		Octets: hex.EncodeToString(p.Data), Lost: p.Lost,
	}
}

// A captureSink writes packets as a pcapng file.
type captureSink struct {
	s    *Server
	w    http.ResponseWriter
	file *trace.Writer
}

func (k *captureSink) begin() (err error) {
	k.file, err = trace.NewWriter(k.w, "mqttsn-gateway "+k.s.cfg.Gateway.Version, k.s.cfg.TraceLinks)
	return err
}

func (k *captureSink) idle() error { return nil } // a capture has nothing that says nothing

// packet writes one with a comment of what Wireshark cannot know: whose it is, and what it says if it is of version 2.0.
func (k *captureSink) packet(p *trace.Packet) error {
	peer, _ := netip.ParseAddrPort(k.s.cfg.Describe(engine.Addr{Link: p.Addr.Link, Peer: p.Addr.Peer}))
	text := p.Text()
	return k.file.Write(p, peer, k.s.whose(p)+": "+text[:min(len(text), maxComment)])
}

// maxComment bounds what a comment repeats of a packet, in octets.
const maxComment = 1024
