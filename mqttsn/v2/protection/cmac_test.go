package protection

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The examples of NIST SP 800-38B, those of 128 bits also in RFC 4493.
func TestCMAC(t *testing.T) {
	message := octets("6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51" +
		"30c81c46a35ce411e5fbc1191a0a52ef f69f2445df4f9b17ad2b417be66c3710")
	for key, tags := range map[string]map[int]string{
		"2b7e151628aed2a6abf7158809cf4f3c": {
			0:  "bb1d6929e95937287fa37d129b756746",
			16: "070a16b46b4d4144f79bdd9dd04a287c",
			20: "7d85449ea6ea19c823a7bf78837dfade",
			40: "dfa66747de9ae63030ca32611497c827",
			64: "51f0bebf7e3b9d92fc49741779363cfe",
		},
		"8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b": {
			0:  "d17ddf46adaacde531cac483de7a9367",
			16: "9e99a7bf31e710900662f65e617c5184",
			20: "3d75c194ed96070444a9fa7ec740ecf8",
			40: "8a1de5be2eb31aad089a82e6ee908b0e",
			64: "a1d5df0eed790f794d77589659f39a11",
		},
		"603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4": {
			0:  "028962f61b7bf89efc6b551f4667d983",
			16: "28a7023f452e8f82bd4bf28d8c37c35c",
			20: "156727dc0878944a023c1fe03bad6d93",
			40: "aaf3d8f1de5640c232f5b169b9c911e6",
			64: "e1992190549f6ed5696a2c056c315410",
		},
	} {
		mac, err := newCMAC(octets(key))
		require.NoError(t, err)
		for n, want := range tags {
			for piece := 1; piece <= 33; piece++ { // however it is written
				mac.Reset()
				for at := 0; at < n; at += piece {
					mac.Write(message[at:min(at+piece, n)])
				}
				require.Equal(t, octets(want), mac.Sum(nil), "%d octets in pieces of %d", n, piece)
				require.Equal(t, octets(want), mac.Sum(nil), "Sum changes nothing")
			}
		}
		require.Equal(t, 16, mac.Size())
		require.Equal(t, 16, mac.BlockSize())
	}
	_, err := newCMAC(make([]byte, 15))
	require.Error(t, err)
}
