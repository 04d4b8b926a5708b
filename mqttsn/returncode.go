package mqttsn

import "fmt"

// A ReturnCode says whether a request was accepted (5.3.10). Treat every code but Accepted as a refusal: gateways have
// been seen to send reserved ones.
type ReturnCode uint8

const (
	Accepted       ReturnCode = 0x00
	Congestion     ReturnCode = 0x01 // try again after T_WAIT
	InvalidTopicID ReturnCode = 0x02
	NotSupported   ReturnCode = 0x03
)

// String names the code in one word: "accepted", "invalid-topic-id", and "0x80" for a reserved one.
func (c ReturnCode) String() string {
	switch c {
	case Accepted:
		return "accepted"
	case Congestion:
		return "congestion"
	case InvalidTopicID:
		return "invalid-topic-id"
	case NotSupported:
		return "not-supported"
	}
	return fmt.Sprintf("0x%02X", uint8(c))
}
