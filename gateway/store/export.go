package store

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// An export is text, one JSON object a line: first what it is, then the
// records, last how many there were, which tells a whole export from a part.
//
//	{"export":"mqttsn-gateway store","version":1}
//	{"key":"…","value":"…"}
//	{"key64":"…","value64":"…"}
//	{"records":2}
//
// What is not UTF-8 stands in base64, under the name that ends in 64.
const (
	exportName    = "mqttsn-gateway store"
	exportVersion = 1
)

type exportLine struct {
	Export  string  `json:"export,omitempty"`
	Version int     `json:"version,omitempty"`
	Key     *string `json:"key,omitempty"`
	Key64   []byte  `json:"key64,omitempty"`
	Value   *string `json:"value,omitempty"`
	Value64 []byte  `json:"value64,omitempty"`
	Records *int    `json:"records,omitempty"`
}

// text returns b for the field of text or for that of base64.
func text(b []byte) (*string, []byte) {
	if !utf8.Valid(b) {
		return nil, b
	}
	s := string(b)
	return &s, nil
}

// octets is the inverse of text. Exactly one of the fields must be there.
func octets(s *string, b []byte) ([]byte, bool) {
	if s != nil {
		return []byte(*s), b == nil
	}
	return b, b != nil
}

// Export writes all records of s, as of the time of the call, as JSON lines,
// and returns how many there are.
func Export(s Store, w io.Writer) (int, error) {
	return export(w, s.Load)
}

func export(w io.Writer, load func(visit func(key, value []byte) error) error) (n int, err error) {
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(exportLine{Export: exportName, Version: exportVersion}); err != nil {
		return 0, err
	}
	err = load(func(key, value []byte) error {
		var l exportLine
		l.Key, l.Key64 = text(key)
		l.Value, l.Value64 = text(value)
		n++
		return enc.Encode(l)
	})
	if err != nil {
		return n, err
	}
	if err := enc.Encode(exportLine{Records: &n}); err != nil {
		return n, err
	}
	return n, out.Flush()
}

// Import makes a new store in dir, which must be empty or missing, of the
// records of an export, and returns how many there are. If the export is not
// whole, the directory is left empty.
func Import(dir string, r io.Reader) (n int, err error) {
	err = build(dir, func(put func(key, value []byte) error) error {
		n, err = readExport(r, put)
		return err
	})
	return n, err
}

// CheckExport reads an export and returns how many records it has, or an error if it is not whole.
func CheckExport(r io.Reader) (int, error) {
	return readExport(r, func([]byte, []byte) error { return nil })
}

func readExport(r io.Reader, put func(key, value []byte) error) (n int, err error) {
	dec := json.NewDecoder(r)
	dec.DisallowUnknownFields()
	fail := func(format string, a ...any) (int, error) {
		return n, fmt.Errorf("store: import: record %d: "+format, append([]any{n + 1}, a...)...)
	}
	var first exportLine
	switch err := dec.Decode(&first); {
	case err != nil || first.Export != exportName:
		return 0, errors.New("store: import: this is not an export of a store")
	case first.Version > exportVersion:
		return 0, fmt.Errorf("store: import: the export has version %d, and this release knows versions up to %d", first.Version, exportVersion)
	}
	for {
		var l exportLine
		if err := dec.Decode(&l); errors.Is(err, io.EOF) {
			return fail("the export ends without its last line: it is not whole")
		} else if err != nil {
			return fail("%w", err)
		}
		if l.Records != nil {
			if *l.Records != n {
				return fail("the export should have %d records", *l.Records)
			}
			return n, nil
		}
		key, ok := octets(l.Key, l.Key64)
		value, ok2 := octets(l.Value, l.Value64)
		if !ok || !ok2 {
			return fail("a record has one key or key64, and one value or value64")
		}
		if err := put(key, value); err != nil {
			return fail("%w", err)
		}
		n++
	}
}
