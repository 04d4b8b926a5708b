package passwd

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"runtime"
	"sync"
)

// Users are those of a file. Its methods may be called from several goroutines.
type Users struct {
	file string
	busy chan struct{} // hashing takes all the time that it gets: the rest of the gateway keeps half of the processors

	mu     sync.Mutex
	hashes map[string]hash
	proven map[string][]byte // what the last right password of a user is, under a key that nobody else has
	key    []byte
	nobody hash // costs as much as a user
}

// Load reads a file of users.
func Load(file string) (*Users, error) {
	u := &Users{
		file: file, busy: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2)), key: make([]byte, sha256.Size),
		nobody: newHash(nil),
	}
	rand.Read(u.key) // never fails
	return u, u.Reload()
}

// Reload reads the file again. If that fails the users stay who they were.
func (u *Users) Reload() error {
	replace, err := u.Read()
	if err == nil {
		replace()
	}
	return err
}

// Read reads the file again. The users stay who they were until replace is called.
func (u *Users) Read() (replace func(), err error) {
	hashes, err := read(u.file)
	if err != nil {
		return nil, err
	}
	return func() {
		u.mu.Lock()
		defer u.mu.Unlock()
		u.hashes, u.proven = hashes, make(map[string][]byte)
	}, nil
}

// Len returns how many users there are.
func (u *Users) Len() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return len(u.hashes)
}

// Verify reports whether there is such a user with this password. It takes as long for a user who is not there. A right
// password is remembered, so that a client that comes back costs nothing.
func (u *Users) Verify(name string, password []byte) bool {
	mac := hmac.New(sha256.New, u.key)
	mac.Write(password)
	proof := mac.Sum(nil)

	u.mu.Lock()
	h, known := u.hashes[name]
	proven := known && hmac.Equal(u.proven[name], proof)
	u.mu.Unlock()
	if proven {
		return true
	}
	if !known {
		h = u.nobody
	}
	u.busy <- struct{}{}
	ok := h.matches(password) && known
	<-u.busy
	if ok {
		u.mu.Lock()
		if now := u.hashes[name]; now.String() == h.String() { // not reloaded meanwhile
			u.proven[name] = proof
		}
		u.mu.Unlock()
	}
	return ok
}
