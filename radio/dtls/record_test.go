package dtls

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	require.NoError(t, err)
	return b
}

const (
	clear1 = "16 fefd 0000 000000000000 0001 01 "                    // unprotected, the first octet of a ClientHello
	clear2 = "14 fefd 0000 000000000001 0001 01 "                    // unprotected, change cipher spec
	data1  = "17 fefd 0001 000000000000 0002 aabb "                  // protected
	data2  = "17 fefd 0001 000000000001 0001 cc "                    // protected
	withID = "19 fefd 0001 000000000002 0102030405060708 0002 ddee " // protected, to a connection id
)

var recordTable = []struct {
	name, datagram string
	id             string
	hello          bool
	protected      string
}{
	{"empty", "", "", false, ""},
	{"hello", clear1, "", true, ""},
	{"one protected", data1, "", false, data1},
	{"two protected", data1 + data2, "", false, data1 + data2},
	{"end of a handshake", clear2 + data1, "", false, data1},
	{"end of a handshake with an id", clear1 + clear2 + withID, "0102030405060708", true, withID},
	{"unprotected behind", data1 + clear2 + data2, "", false, data1},
	{"with an id", withID, "0102030405060708", false, withID},
	{"cut in the header", "17 fefd 0001 00000000", "", false, ""},
	{"cut in the fragment", data1 + "17 fefd 0001 000000000001 0002 cc", "", false, data1},
	{"id cut", "19 fefd 0001 000000000002 01020304", "", false, ""},
	{"length beyond the end", "17 fefd 0001 000000000000 ffff aabb", "", false, ""},
}

func TestRecords(t *testing.T) {
	for _, c := range recordTable {
		t.Run(c.name, func(t *testing.T) {
			b := unhex(t, c.datagram)
			id, ok := connectionIDIn(b)
			require.Equal(t, c.id != "", ok)
			if ok {
				require.Equal(t, unhex(t, c.id), id[:])
			}
			require.Equal(t, c.hello, isHello(b, helloFromClient))
			require.Equal(t, hex.EncodeToString(unhex(t, c.protected)), hex.EncodeToString(protectedPart(b)))
			for n := range b { // every truncation
				connectionIDIn(b[:n])
				isHello(b[:n], helloFromClient)
				protectedPart(b[:n])
			}
		})
	}
}

// FuzzRecords: no datagram panics, and what is passed on as protected is a run of whole protected records.
func FuzzRecords(f *testing.F) {
	for _, c := range recordTable {
		f.Add(unhex(f, c.datagram))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		connectionIDIn(b)
		isHello(b, helloFromServer)
		p := protectedPart(b)
		if !bytes.Contains(b, p) {
			t.Fatal("not a part of the datagram")
		}
		for len(p) > 0 {
			r, rest, ok := nextRecord(p)
			if !ok || !r.protected() {
				t.Fatalf("% x is not a protected record", p)
			}
			p = rest
		}
	})
}

func TestParsePeerRefuses(t *testing.T) {
	var l Link
	for _, s := range []string{
		"dtls:", "dtls:0102030405060708", "dtls:01-1", "dtls:0102030405060708-12345678901234567",
		"dtls:010203040506070g-1", "udp:0102030405060708-1", "0102030405060708-1",
	} {
		p, err := l.ParsePeer(s)
		require.Error(t, err, "%s is %x", s, p)
	}
}
