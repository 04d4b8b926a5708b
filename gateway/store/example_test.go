package store_test

import (
	"fmt"
	"os"

	"mqttsn-gateway/gateway/store"
)

func Example() {
	dir, err := os.MkdirTemp("", "store")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	s, err := store.Open(dir, store.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()

	var b store.Batch
	b.Put([]byte("session/th7"), []byte("asleep"))
	b.Put([]byte("queue/th7/1"), []byte("21.5"))
	if err := s.Commit(&b); err != nil { // both are on disk, or neither is
		fmt.Println(err)
		return
	}
	b.Reset()
	b.Delete([]byte("queue/th7/1"))
	if err := s.Commit(&b); err != nil {
		fmt.Println(err)
		return
	}
	err = s.Load(func(key, value []byte) error {
		fmt.Printf("%s: %s\n", key, value)
		return nil
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output: session/th7: asleep
}
