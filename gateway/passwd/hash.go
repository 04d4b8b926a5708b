package passwd

import (
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// rounds is what a guess costs whoever has stolen the file: some 10 ms on a desktop, some 100 ms on a small board, where it
// is paid once a user: see Users.Verify.
const rounds = 20_000

const (
	maxRounds  = 10_000_000
	saltLength = 12 // what mosquitto 2 insists on
	hashLength = sha512.Size
)

// A hash is what a password became.
type hash struct {
	rounds int // 0: the old form, one round of SHA-512 over password and salt
	salt   []byte
	sum    []byte
}

// newHash hashes a password with a new salt.
func newHash(password []byte) hash {
	h := hash{rounds: rounds, salt: make([]byte, saltLength)}
	rand.Read(h.salt) // never fails
	h.sum = h.apply(password)
	return h
}

func (h *hash) apply(password []byte) []byte {
	if h.rounds == 0 {
		sum := sha512.Sum512(append(append([]byte(nil), password...), h.salt...))
		return sum[:]
	}
	sum, err := pbkdf2.Key(sha512.New, string(password), h.salt, h.rounds, hashLength)
	if err != nil {
		return nil // matches nothing; only lengths that are not ours are refused
	}
	return sum
}

func (h *hash) matches(password []byte) bool {
	return subtle.ConstantTimeCompare(h.sum, h.apply(password)) == 1
}

func (h *hash) String() string {
	salt, sum := base64.StdEncoding.EncodeToString(h.salt), base64.StdEncoding.EncodeToString(h.sum)
	if h.rounds == 0 {
		return "$6$" + salt + "$" + sum
	}
	return fmt.Sprintf("$7$%d$%s$%s", h.rounds, salt, sum)
}

var errHash = errors.New("the password is not hashed in a way that is known: write the line with mqttsn-gateway passwd")

func parseHash(s string) (h hash, err error) {
	parts := strings.Split(s, "$")
	switch {
	case len(parts) == 4 && parts[0] == "" && parts[1] == "6":
	case len(parts) == 5 && parts[0] == "" && parts[1] == "7":
		h.rounds, err = strconv.Atoi(parts[2])
		if err != nil || h.rounds < 1 || h.rounds > maxRounds {
			return hash{}, errHash
		}
	default:
		return hash{}, errHash
	}
	last := len(parts) - 1
	h.salt, err = base64.StdEncoding.DecodeString(parts[last-1])
	if err == nil {
		h.sum, err = base64.StdEncoding.DecodeString(parts[last])
	}
	if err != nil || len(h.sum) != hashLength {
		return hash{}, errHash
	}
	return h, nil
}
