package mqttsn

// Flags is the octet of that name (5.3.4). A packet uses a part of it:
//
//	bit 7    6 5   4        3      2              1 0
//	    DUP  QoS   Retain   Will   CleanSession   TopicIdType
//
//	CONNECT                    Will CleanSession
//	WILLTOPIC, WILLTOPICUPD    QoS Retain
//	PUBLISH                    DUP QoS Retain TopicIdType
//	SUBSCRIBE                  DUP QoS TopicIdType
//	SUBACK                     QoS
//	UNSUBSCRIBE                TopicIdType
//
// Flags are put together with |:
//
//	mqttsn.QoS1.Flags() | mqttsn.Predefined.Flags() | mqttsn.FlagRetain
type Flags uint8

const (
	FlagDUP          Flags = 0x80
	FlagRetain       Flags = 0x10
	FlagWill         Flags = 0x08
	FlagCleanSession Flags = 0x04

	qosShift              = 5
	qosMask               = 0b11
	topicIDTypeMask Flags = 0b11
)

func (f Flags) DUP() bool          { return f&FlagDUP != 0 }
func (f Flags) Retain() bool       { return f&FlagRetain != 0 }
func (f Flags) Will() bool         { return f&FlagWill != 0 }
func (f Flags) CleanSession() bool { return f&FlagCleanSession != 0 }

// QoS is one of QoS0, QoS1, QoS2 and QoSMinus1.
func (f Flags) QoS() QoS {
	if q := QoS(f >> qosShift & qosMask); q < qosMask {
		return q
	}
	return QoSMinus1
}

// TopicIDType is one of Normal, Predefined, ShortName and the reserved value 3.
func (f Flags) TopicIDType() TopicIDType { return TopicIDType(f & topicIDTypeMask) }

// A QoS is a quality of service level, from -1 to 2.
type QoS int8

const (
	QoSMinus1 QoS = -1 // PUBLISH without a connection, never answered (6.8)
	QoS0      QoS = 0  // at most once
	QoS1      QoS = 1  // at least once
	QoS2      QoS = 2  // exactly once
)

// Flags has the bits of the QoS set and all others clear.
func (q QoS) Flags() Flags { return Flags(q&qosMask) << qosShift }
