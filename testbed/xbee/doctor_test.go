package xbee_test

import (
	"bytes"
	"context"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/radio/port"
	link "mqttsn-gateway/radio/xbee"
	"mqttsn-gateway/testbed/xbee"
)

// doctor examines a new modem, and returns what it has written.
func doctor(t *testing.T, m xbee.ModemConfig, c link.DoctorConfig, nodes ...xbee.NodeConfig) (*xbee.Modem, string, error) {
	t.Helper()
	air := xbee.NewAir(xbee.AirConfig{})
	t.Cleanup(air.Close)
	if m.Set == nil {
		m.Set = map[string][]byte{}
	}
	m.Set["NT"] = []byte{1} // do not wait 6 s for neighbours
	modem, err := air.NewModem(m)
	require.NoError(t, err)
	for _, n := range nodes {
		air.NewNode(n)
	}
	c.Open = func(ctx context.Context, baud int) (io.ReadWriteCloser, error) {
		return port.Config{Name: modem.Port(), Baud: baud}.Opener()(ctx)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	var out bytes.Buffer
	err = link.Doctor(ctx, &out, c)
	return modem, out.String(), err
}

func TestDoctorFindsAHealthyModem(t *testing.T) {
	t.Parallel()
	_, text, err := doctor(t, xbee.ModemConfig{APIMode: 2, PAN: 0xABCD, Address: 0x0013A20040A1B2C3},
		link.DoctorConfig{Baud: 115200},
		xbee.NodeConfig{Address: 0x0013A20041000001, Short: 0x1111, Name: "greenhouse"})
	require.NoError(t, err)
	require.Equal(t, `115200 bit/s: the modem answers in API mode 2 (escaped)

modem         Zigbee S2C, firmware 405F, hardware 2247
address       0013A20040A1B2C3, 16-bit 0000, name ""
network       PAN ABCD, channel 15, coordinator (CE=1)
association   it has joined
encryption    off (EE=0)
serial        115200 bit/s, API mode 2 (escaped), receive frames 0x90, CTS D7=1, RTS D6=0
payload       up to 255 octets; broadcasts up to 84

nodes in reach:
  0013A20041000001  16-bit 1111  "greenhouse"          router
the modem is ready for a gateway at 115200 bit/s
`, text)
}

func TestDoctorFindsTheBaudRate(t *testing.T) {
	t.Parallel()
	_, text, err := doctor(t, xbee.ModemConfig{Baud: 57600, Family: xbee.Series1}, link.DoctorConfig{})
	require.NoError(t, err)
	require.Contains(t, text, "9600 bit/s: no answer in API mode\n115200 bit/s: no answer in API mode\n57600 bit/s: the modem answers")
	require.Contains(t, text, "modem         802.15.4 S1, firmware 10EC")
	require.Contains(t, text, "receive frames 0x80, 0x81")
	require.Contains(t, text, "no nodes in reach answer")
}

func TestDoctorFixes(t *testing.T) {
	t.Parallel()
	pan := uint64(0xBEEF)
	modem, text, err := doctor(t, xbee.ModemConfig{Baud: 9600, Set: map[string][]byte{"SM": {4}, "D7": {0}, "CE": {0}}},
		link.DoctorConfig{Fix: true, APIMode: 2, PAN: &pan, Coordinator: true, SetBaud: 115200},
		xbee.NodeConfig{PAN: 0xBEEF, Name: "there"})
	require.NoError(t, err, text)
	for name, want := range map[string]uint64{"SM": 0, "D7": 1, "CE": 1, "ID": 0xBEEF, "AP": 2, "BD": 7} {
		require.Equal(t, want, number(modem.Setting(name)), "%s\n%s", name, text)
		require.Equal(t, want, number(modem.Saved(name)), "%s is saved", name)
	}
	require.Contains(t, text, "it sleeps (SM=4): a gateway's modem must listen always\n  set SM to 00\n")
	require.Contains(t, text, "\"there\"")
	require.Contains(t, text, "the modem is ready for a gateway at 115200 bit/s")
}

func TestDoctorDoesNotTouchWithoutLeave(t *testing.T) {
	t.Parallel()
	pan := uint64(0xBEEF)
	modem, text, err := doctor(t, xbee.ModemConfig{Set: map[string][]byte{"SM": {4}}},
		link.DoctorConfig{Baud: 115200, PAN: &pan, SetBaud: 57600})
	require.ErrorIs(t, err, link.ErrNotReady)
	require.Contains(t, text, "it sleeps (SM=4)")
	require.Contains(t, text, "its PAN id (ID) is 0, wanted BEEF")
	require.Contains(t, text, "it runs at 115200 bit/s, wanted 57600")
	require.EqualValues(t, 4, number(modem.Setting("SM")))
}

func TestDoctorAndTransparentMode(t *testing.T) {
	skipIfShort(t)
	t.Parallel()
	t.Run("says so", func(t *testing.T) {
		t.Parallel()
		modem, text, err := doctor(t, xbee.ModemConfig{APIMode: -1, Baud: 9600}, link.DoctorConfig{})
		require.ErrorIs(t, err, link.ErrTransparent)
		require.Contains(t, text, "9600 bit/s: the modem is in transparent mode (AP=0)")
		require.EqualValues(t, 0, number(modem.Setting("AP")))
	})
	t.Run("fixes it", func(t *testing.T) {
		t.Parallel()
		modem, text, err := doctor(t, xbee.ModemConfig{APIMode: -1, Baud: 9600}, link.DoctorConfig{Fix: true, APIMode: 2})
		require.NoError(t, err, text)
		require.EqualValues(t, 2, number(modem.Saved("AP")))
		require.Contains(t, text, "9600 bit/s is slow")
	})
}

func TestDoctorOfNothing(t *testing.T) {
	skipIfShort(t)
	t.Parallel()
	_, _, err := doctor(t, xbee.ModemConfig{Boot: time.Hour}, link.DoctorConfig{})
	require.ErrorIs(t, err, link.ErrNoAnswer)
	require.ErrorContains(t, err, "are RX and TX crossed")
	require.Error(t, link.Doctor(t.Context(), io.Discard, link.DoctorConfig{SetBaud: 12345}))
}

func number(b []byte) (n uint64) {
	for _, c := range b {
		n = n<<8 | uint64(c)
	}
	return n
}
