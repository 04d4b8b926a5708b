package storetest

import (
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"sync"

	"mqttsn-gateway/gateway/store"
)

// Path implements [store.FS].
func (d *Disk) Path(name string) string { return "disk/" + name }

// Lock implements [store.FS].
func (d *Disk) Lock(write bool) (io.Closer, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.locks < 0 || write && d.locks > 0 {
		return nil, store.ErrLocked
	}
	change := 1
	if write {
		change = -1
	}
	d.locks += change
	return closer(sync.OnceFunc(func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.locks -= change
	})), nil
}

type closer func()

func (c closer) Close() error { c(); return nil }

// List implements [store.FS].
func (d *Disk) List() ([]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Sorted(maps.Keys(d.files)), nil
}

func notExist(name string) error {
	return fmt.Errorf("open %s: %w", name, fs.ErrNotExist)
}

// Open implements [store.FS].
func (d *Disk) Open(name string) (store.File, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if f := d.files[name]; f != nil {
		return &file{d, name, f}, nil
	}
	return nil, notExist(name)
}

// Edit implements [store.FS].
func (d *Disk) Edit(name string) (store.File, error) { return d.Open(name) }

// Create implements [store.FS].
func (d *Disk) Create(name string) (store.File, error) {
	if err := d.ask(Op{Kind: "create", Name: name}); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	f := &inode{}
	d.change(nameOp{name, name, f})
	return &file{d, name, f}, nil
}

func (d *Disk) change(op nameOp) {
	op.apply(d.files)
	d.names = append(d.names, op)
}

// Rename implements [store.FS].
func (d *Disk) Rename(from, to string) error {
	return d.rename(Op{Kind: "rename", Name: from + " " + to}, from, to)
}

// Remove implements [store.FS].
func (d *Disk) Remove(name string) error {
	return d.rename(Op{Kind: "remove", Name: name}, name, "")
}

func (d *Disk) rename(op Op, from, to string) error {
	if err := d.ask(op); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	f := d.files[from]
	if f == nil {
		return notExist(from)
	}
	d.change(nameOp{from, to, f})
	return nil
}

// Sync implements [store.FS].
func (d *Disk) Sync() error {
	if err := d.ask(Op{Kind: "sync names"}); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.durable, d.names = maps.Clone(d.files), nil
	return nil
}
