package frame

import "fmt"

// AT asks the modem for one of its settings, or changes it (0x08, 0x09).
//
//	ID(1) Command(2) Value(n)
type AT struct {
	ID      byte   // of the ATResponse; 0 for none
	Command string // two characters, like "AP"
	Value   []byte // numbers big-endian, names as text; empty asks for the value
	Queued  bool   // 0x09: not applied before the next 0x08, AC, or WR and reset
}

func (f *AT) Append(b []byte) []byte {
	t := TypeAT
	if f.Queued {
		t = TypeATQueued
	}
	b = append(b, byte(t), f.ID)
	b = appendCommand(b, f.Command)
	return append(b, f.Value...)
}

func (f *AT) Parse(data []byte) error {
	t := TypeAT
	if len(data) > 0 && Type(data[0]) == TypeATQueued {
		t = TypeATQueued
	}
	b, err := body(data, t, 3)
	if err != nil {
		return err
	}
	*f = AT{ID: b[0], Command: string(b[1:3]), Value: b[3:], Queued: t == TypeATQueued}
	return nil
}

// ATResponse answers an AT (0x88). ND is answered once per node found.
//
//	ID(1) Command(2) Status(1) Value(n)
type ATResponse struct {
	ID      byte
	Command string
	Status  ATStatus
	Value   []byte // empty after a value was set
}

func (f *ATResponse) Append(b []byte) []byte {
	b = append(b, byte(TypeATResponse), f.ID)
	b = appendCommand(b, f.Command)
	b = append(b, byte(f.Status))
	return append(b, f.Value...)
}

func (f *ATResponse) Parse(data []byte) error {
	b, err := body(data, TypeATResponse, 4)
	if err != nil {
		return err
	}
	*f = ATResponse{ID: b[0], Command: string(b[1:3]), Status: ATStatus(b[3]), Value: b[4:]}
	return nil
}

// appendCommand appends exactly two octets, whatever the name.
func appendCommand(b []byte, name string) []byte {
	var c [2]byte
	copy(c[:], name)
	return append(b, c[:]...)
}

// An ATStatus is how a command went. Newer firmware has values beyond these; all but OK are failures.
type ATStatus uint8

const (
	OK                 ATStatus = 0
	Failed             ATStatus = 1
	InvalidCommand     ATStatus = 2
	InvalidParameter   ATStatus = 3
	TransmissionFailed ATStatus = 4 // the remote module did not answer
)

func (s ATStatus) String() string {
	switch s {
	case OK:
		return "ok"
	case Failed:
		return "error"
	case InvalidCommand:
		return "invalid command"
	case InvalidParameter:
		return "invalid parameter"
	case TransmissionFailed:
		return "no answer from the remote module"
	}
	return fmt.Sprintf("status 0x%02X", uint8(s))
}
