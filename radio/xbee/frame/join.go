package frame

// Register gives a Zigbee trust center the key of a device that will join (0x24).
//
//	ID(1) Device(8) FFFE Options(1) Key(n)
type Register struct {
	ID      byte // of the RegisterStatus; 0 for none
	Device  Addr64
	Options uint8  // 0: Key is a link key; 1: an install code with its CRC
	Key     []byte // up to 18 octets; empty removes the device
}

func (f *Register) Append(b []byte) []byte {
	b = append(b, byte(TypeRegister), f.ID)
	b = appendAddresses(b, f.Device, Unknown16)
	b = append(b, f.Options)
	return append(b, f.Key...)
}

func (f *Register) Parse(data []byte) error {
	b, err := body(data, TypeRegister, 12)
	if err != nil {
		return err
	}
	f.ID, f.Options, f.Key = b[0], b[11], b[12:]
	f.Device, _ = addresses(b[1:])
	return nil
}

// RegisterStatus answers a Register (0xA4).
//
//	ID(1) Status(1)
type RegisterStatus struct {
	ID     byte
	Status uint8 // 0 success
}

func (f *RegisterStatus) Append(b []byte) []byte {
	return append(b, byte(TypeRegisterStatus), f.ID, f.Status)
}

func (f *RegisterStatus) Parse(data []byte) error {
	b, err := body(data, TypeRegisterStatus, 2)
	if err != nil {
		return err
	}
	f.ID, f.Status = b[0], b[1]
	return nil
}

// Authenticated tells a trust center that a device has proved its key (0xA2).
//
//	Device(8) Device16(2) Status(1)
type Authenticated struct {
	Device   Addr64
	Device16 Addr16
	Status   uint8 // 0 success
}

func (f *Authenticated) Append(b []byte) []byte {
	b = append(b, byte(TypeAuthenticated))
	return append(appendAddresses(b, f.Device, f.Device16), f.Status)
}

func (f *Authenticated) Parse(data []byte) error {
	b, err := body(data, TypeAuthenticated, 11)
	if err != nil {
		return err
	}
	f.Device, f.Device16 = addresses(b)
	f.Status = b[10]
	return nil
}

// JoinNotification tells a trust center that a device tries to join (0xA5). We have no layout that we could rely on, so
// the fields stay together.
type JoinNotification struct {
	Fields []byte
}

func (f *JoinNotification) Append(b []byte) []byte {
	return append(append(b, byte(TypeJoinNotification)), f.Fields...)
}

func (f *JoinNotification) Parse(data []byte) (err error) {
	f.Fields, err = body(data, TypeJoinNotification, 0)
	return err
}
