package frame

import "fmt"

// ModemStatus tells that something has happened to the modem (0x8A).
//
//	Status(1)
type ModemStatus struct {
	Status Status
}

func (f *ModemStatus) Append(b []byte) []byte {
	return append(b, byte(TypeModemStatus), byte(f.Status))
}

func (f *ModemStatus) Parse(data []byte) error {
	b, err := body(data, TypeModemStatus, 1)
	if err != nil {
		return err
	}
	f.Status = Status(b[0])
	return nil
}

// ExtendedModemStatus is a trace of joining or of secure sessions, for people (0x98).
//
//	Code(1) Data(n)
type ExtendedModemStatus struct {
	Code byte
	Data []byte
}

func (f *ExtendedModemStatus) Append(b []byte) []byte {
	b = append(b, byte(TypeExtendedModemStatus), f.Code)
	return append(b, f.Data...)
}

func (f *ExtendedModemStatus) Parse(data []byte) error {
	b, err := body(data, TypeExtendedModemStatus, 1)
	if err != nil {
		return err
	}
	f.Code, f.Data = b[0], b[1:]
	return nil
}

// A Status is what has happened to the modem.
type Status uint8

const (
	HardwareReset        Status = 0x00
	WatchdogReset        Status = 0x01
	Joined               Status = 0x02
	Disassociated        Status = 0x03
	SyncLost             Status = 0x04
	Realigned            Status = 0x05
	CoordinatorStarted   Status = 0x06
	KeyUpdated           Status = 0x07
	NetworkWoke          Status = 0x0B
	NetworkAsleep        Status = 0x0C
	VoltageOutOfLimits   Status = 0x0D
	CloudConnected       Status = 0x0E
	CloudDisconnected    Status = 0x0F
	ConfigurationChanged Status = 0x11
	BLEConnected         Status = 0x32
	BLEDisconnected      Status = 0x33
	SessionMissing       Status = 0x34
	SessionEstablished   Status = 0x3B
	SessionEnded         Status = 0x3C
	SessionFailed        Status = 0x3D
	PANConflict          Status = 0x3E
	PANChanged           Status = 0x3F
	RouterPANChanged     Status = 0x40
	NetworkLost          Status = 0x42
	StackError           Status = 0x80 // and everything above
)

var statuses = map[Status]string{
	HardwareReset:        "hardware reset",
	WatchdogReset:        "watchdog reset",
	Joined:               "joined the network",
	Disassociated:        "left the network",
	SyncLost:             "synchronisation lost",
	Realigned:            "realigned by the coordinator",
	CoordinatorStarted:   "coordinator started",
	KeyUpdated:           "network key updated",
	NetworkWoke:          "the sleeping network woke",
	NetworkAsleep:        "the network went to sleep",
	VoltageOutOfLimits:   "supply voltage out of limits",
	CloudConnected:       "connected to Remote Manager",
	CloudDisconnected:    "disconnected from Remote Manager",
	ConfigurationChanged: "configuration changed while joining",
	BLEConnected:         "Bluetooth connected",
	BLEDisconnected:      "Bluetooth disconnected",
	SessionMissing:       "no secure session",
	SessionEstablished:   "secure session established",
	SessionEnded:         "secure session ended",
	SessionFailed:        "secure session refused",
	PANConflict:          "another network uses the same PAN id",
	PANChanged:           "PAN id changed",
	RouterPANChanged:     "PAN id changed by the coordinator",
	NetworkLost:          "network watchdog expired",
}

func (s Status) String() string {
	if text, ok := statuses[s]; ok {
		return text
	}
	if s >= StackError {
		return fmt.Sprintf("radio stack error 0x%02X", uint8(s))
	}
	return fmt.Sprintf("modem status 0x%02X", uint8(s))
}
