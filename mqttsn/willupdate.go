package mqttsn

// WillTopicUpd changes the will topic of a connected client (5.4.22). An empty one deletes the stored will, topic and
// message.
//
//	Flags(1) WillTopic(n), or nothing
type WillTopicUpd struct {
	Flags Flags // QoS, Retain
	Topic []byte
}

func (WillTopicUpd) Type() Type { return TypeWillTopicUpd }
func (p WillTopicUpd) Len() int { return packetLen(willTopicBody(p.Topic)) }

func (p WillTopicUpd) Append(b []byte) []byte {
	return appendWillTopic(b, TypeWillTopicUpd, p.Flags, p.Topic)
}

func (p *WillTopicUpd) Parse(body []byte) error {
	p.Flags, p.Topic = parseWillTopic(body)
	return nil
}

func (p WillTopicUpd) String() string { return willTopicLine(TypeWillTopicUpd, p.Flags, p.Topic) }

// WillTopicResp answers a WILLTOPICUPD (5.4.24).
//
//	ReturnCode(1)
type WillTopicResp struct{ ReturnCode ReturnCode }

func (WillTopicResp) Type() Type               { return TypeWillTopicResp }
func (WillTopicResp) Len() int                 { return codeLen }
func (p WillTopicResp) Append(b []byte) []byte { return appendCode(b, TypeWillTopicResp, p.ReturnCode) }

func (p *WillTopicResp) Parse(body []byte) (err error) {
	p.ReturnCode, err = parseCode(body)
	return err
}

func (p WillTopicResp) String() string { return newLine(TypeWillTopicResp).add(p.ReturnCode).String() }

// WillMsgUpd changes the will message of a connected client (5.4.23).
//
//	WillMsg(n)
type WillMsgUpd struct{ Msg []byte }

func (WillMsgUpd) Type() Type               { return TypeWillMsgUpd }
func (p WillMsgUpd) Len() int               { return packetLen(len(p.Msg)) }
func (p WillMsgUpd) Append(b []byte) []byte { return appendBytes(b, TypeWillMsgUpd, p.Msg) }

func (p *WillMsgUpd) Parse(body []byte) error {
	p.Msg = body
	return nil
}

func (p WillMsgUpd) String() string { return newLine(TypeWillMsgUpd).data(p.Msg).String() }

// WillMsgResp answers a WILLMSGUPD (5.4.25).
//
//	ReturnCode(1)
type WillMsgResp struct{ ReturnCode ReturnCode }

func (WillMsgResp) Type() Type               { return TypeWillMsgResp }
func (WillMsgResp) Len() int                 { return codeLen }
func (p WillMsgResp) Append(b []byte) []byte { return appendCode(b, TypeWillMsgResp, p.ReturnCode) }

func (p *WillMsgResp) Parse(body []byte) (err error) {
	p.ReturnCode, err = parseCode(body)
	return err
}

func (p WillMsgResp) String() string { return newLine(TypeWillMsgResp).add(p.ReturnCode).String() }
