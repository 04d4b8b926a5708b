package mqttsn

// WillTopicReq asks a connecting client for its will topic (5.4.6). It has no fields.
type WillTopicReq struct{}

func (WillTopicReq) Type() Type              { return TypeWillTopicReq }
func (WillTopicReq) Len() int                { return shortHeader }
func (WillTopicReq) Append(b []byte) []byte  { return appendEmpty(b, TypeWillTopicReq) }
func (WillTopicReq) Parse(body []byte) error { return wantLen(body, 0) }
func (WillTopicReq) String() string          { return TypeWillTopicReq.String() }

// WillTopic answers a WILLTOPICREQ (5.4.7). An empty one deletes the stored will, topic and message.
//
//	Flags(1) WillTopic(n), or nothing
type WillTopic struct {
	Flags Flags // QoS, Retain
	Topic []byte
}

func (WillTopic) Type() Type { return TypeWillTopic }
func (p WillTopic) Len() int { return packetLen(willTopicBody(p.Topic)) }
func (p WillTopic) Append(b []byte) []byte {
	return appendWillTopic(b, TypeWillTopic, p.Flags, p.Topic)
}

func (p *WillTopic) Parse(body []byte) error {
	p.Flags, p.Topic = parseWillTopic(body)
	return nil
}

func (p WillTopic) String() string { return willTopicLine(TypeWillTopic, p.Flags, p.Topic) }

// WillMsgReq asks a connecting client for its will message (5.4.8). It has no fields.
type WillMsgReq struct{}

func (WillMsgReq) Type() Type              { return TypeWillMsgReq }
func (WillMsgReq) Len() int                { return shortHeader }
func (WillMsgReq) Append(b []byte) []byte  { return appendEmpty(b, TypeWillMsgReq) }
func (WillMsgReq) Parse(body []byte) error { return wantLen(body, 0) }
func (WillMsgReq) String() string          { return TypeWillMsgReq.String() }

// WillMsg answers a WILLMSGREQ (5.4.9).
//
//	WillMsg(n)
type WillMsg struct{ Msg []byte }

func (WillMsg) Type() Type               { return TypeWillMsg }
func (p WillMsg) Len() int               { return packetLen(len(p.Msg)) }
func (p WillMsg) Append(b []byte) []byte { return appendBytes(b, TypeWillMsg, p.Msg) }

func (p *WillMsg) Parse(body []byte) error {
	p.Msg = body
	return nil
}

func (p WillMsg) String() string { return newLine(TypeWillMsg).data(p.Msg).String() }
