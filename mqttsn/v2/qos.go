package v2

// A QoS is a quality of service level, 0 to 2. What version 1.2 called QoS -1 is a packet of its own now, [Pubwos].
type QoS uint8

const (
	QoS0 QoS = 0 // at most once
	QoS1 QoS = 1 // at least once
	QoS2 QoS = 2 // exactly once

	qosMask  = 0b11
	qosShift = 5 // in the flags of PUBLISH and SUBSCRIBE
)
