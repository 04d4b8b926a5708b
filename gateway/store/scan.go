package store

import "fmt"

// scan reads a whole log without changing anything. It ends with the first
// problem; but if there is a list of problems, they are noted there, and scan
// salvages what can be read. A state without segments is that of an empty
// directory.
func scan(fs FS, dir listing, problems *[]error) (*state, error) {
	r := scanner{state: newState(fs), problems: problems}
	r.salvage = problems != nil
	if len(dir.numbers) == 0 {
		return r.state, emptyDir(fs, dir)
	}
	run := dir.numbers
	if problems == nil {
		run = lastRun(run)
	}
	for i, number := range run {
		if i > 0 && number > run[i-1]+1 {
			if err := r.missing(run[i-1] + 1); err != nil {
				return nil, err
			}
		}
		if err := r.segment(number, i == len(run)-1); err != nil {
			return nil, err
		}
	}
	if run[0] > r.oldest {
		return r.state, r.missing(run[0] - 1)
	}
	return r.state, nil
}

// emptyDir tells a new directory from one that has lost its segments, and from
// one that belongs to something else.
func emptyDir(fs FS, dir listing) error {
	switch {
	case len(dir.spares) > 0:
		return &DamageError{fs.Path(""), 0, "all segments are missing, though there are spare files"}
	case len(dir.foreign) > 0:
		return &ForeignError{fs.Path(""), fmt.Sprintf("the directory holds no store but other files, as %q", dir.foreign[0])}
	}
	return nil
}

// lastRun is the longest end of numbers without a gap. What stands before the
// gap was forgotten, or a segment is missing.
func lastRun(numbers []uint32) []uint32 {
	i := len(numbers) - 1
	for i > 0 && numbers[i-1]+1 == numbers[i] {
		i--
	}
	return numbers[i:]
}

type scanner struct {
	*state
	problems *[]error
	unsealed error // why the segment before the current one has no seal
}

// note returns the problem, or adds it to the list if there is one.
func note(problems *[]error, err error) error {
	if problems == nil {
		return err
	}
	*problems = append(*problems, err)
	return nil
}

// problem notes a problem. The number of the next frame is not known then.
func (r *scanner) problem(err error) error {
	r.next = 0
	return note(r.problems, err)
}

func (r *scanner) missing(number uint32) error {
	return r.problem(&DamageError{r.fs.Path(segmentName(number)), 0, "the segment is missing"})
}

// segment reads the segment with this number into the state.
func (r *scanner) segment(number uint32, last bool) error {
	seg, b, err := readSegment(r.fs, number)
	if err != nil {
		return r.problem(err)
	}
	switch {
	case len(r.segs) == 0:
		r.id, r.next = seg.id, 0
	case seg.id != r.id:
		return r.problem(&DamageError{seg.path(r.fs), 0, "the segment belongs to another store"})
	case r.unsealed != nil && last && seg.seq <= r.next && findFrame(b[headerSize:], seg.salt, seg.seq) < 0:
		// The crash came between the creation of this segment and the seal.
		r.prepared = seg
		return nil
	case r.unsealed != nil:
		if err := r.problem(r.unsealed); err != nil {
			return err
		}
	}
	r.oldest = max(r.oldest, seg.oldest)
	r.segs = append(r.segs, seg)
	sealed, err := r.frames(seg, b)
	if err != nil {
		return err
	}
	if sealed && last {
		return r.missing(number + 1)
	}
	r.unsealed = nil
	if !sealed {
		r.unsealed = &DamageError{seg.path(r.fs), seg.end, "there is no good frame here, though the segment was filled further"}
	}
	return nil
}

// frames applies the frames of a segment up to the seal or to the end.
func (r *scanner) frames(seg *segment, b []byte) (sealed bool, err error) {
	for !sealed {
		rest := b[seg.end:]
		lowest := max(r.next, seg.seq)
		seq, ops, ok := parseFrame(rest, seg.salt)
		if !ok || seq < lowest || r.next != 0 && seq != r.next {
			skip := findFrame(rest, seg.salt, lowest)
			if skip < 0 {
				r.next = lowest
				return false, nil
			}
			err := r.problem(&DamageError{seg.path(r.fs), seg.end, "there is no good frame here, but there are later ones"})
			if err != nil {
				return false, err
			}
			seg.end += int64(skip)
			continue
		}
		sealed, err = r.apply(seg, seg.end+frameHead, ops)
		if err != nil {
			if err := r.problem(err); err != nil {
				return false, err
			}
		}
		seg.end += frameHead + int64(len(ops))
		r.next = seq + 1
	}
	return true, nil
}

// readSegment reads the file of a segment and checks its header.
func readSegment(fs FS, number uint32) (*segment, []byte, error) {
	name := segmentName(number)
	f, err := fs.Open(name)
	if err != nil {
		return nil, nil, explain("open "+fs.Path(name), err)
	}
	defer f.Close()
	size, err := f.Size()
	if err != nil {
		return nil, nil, explain("read "+fs.Path(name), err)
	}
	head := make([]byte, min(size, headerSize))
	if err := readFull(f, head); err != nil {
		return nil, nil, explain("read "+fs.Path(name), err)
	}
	h, err := parseHeader(fs.Path(name), number, head, size)
	if err != nil {
		return nil, nil, err
	}
	b := make([]byte, size)
	if err := readFull(f, b); err != nil {
		return nil, nil, explain("read "+fs.Path(name), err)
	}
	return &segment{header: h, end: headerSize}, b, nil
}

// readFull reads b from the start of f. A reader may add io.EOF to the last
// octets of a file.
func readFull(f File, b []byte) error {
	n, err := f.ReadAt(b, 0)
	if n == len(b) {
		return nil
	}
	return err
}
