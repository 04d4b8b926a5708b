package topic

// indexFrom is the number of elements from which a list keeps an index. Below it, looking at each one is faster, and
// takes no memory: most nodes have one child, and most filters one subscriber.
const indexFrom = 12

// A list is a set of elements, each found by its key. Elements keep an order that depends on nothing but the calls
// made, unlike that of a map. The zero value is empty.
type list[K comparable, E keyed[K]] struct {
	items []E
	index map[K]int32 // position in items; nil while these are few
}

type keyed[K comparable] interface{ key() K }

func (l *list[K, E]) position(k K) (int, bool) {
	if l.index != nil {
		i, ok := l.index[k]
		return int(i), ok
	}
	for i := range l.items {
		if l.items[i].key() == k {
			return i, true
		}
	}
	return 0, false
}

func (l *list[K, E]) get(k K) (e E, ok bool) {
	i, ok := l.position(k)
	if ok {
		e = l.items[i]
	}
	return e, ok
}

// add appends an element whose key the list does not hold yet.
func (l *list[K, E]) add(e E) {
	l.items = append(l.items, e)
	switch {
	case l.index != nil:
		l.index[e.key()] = int32(len(l.items) - 1)
	case len(l.items) >= indexFrom:
		l.index = make(map[K]int32, len(l.items))
		for i := range l.items {
			l.index[l.items[i].key()] = int32(i)
		}
	}
}

// remove takes out the element with this key; the last one takes its place. It reports whether there was one.
func (l *list[K, E]) remove(k K) bool {
	i, ok := l.position(k)
	if !ok {
		return false
	}
	last := len(l.items) - 1
	moved := l.items[last]
	l.items[i] = moved
	clear(l.items[last:])
	l.items = l.items[:last]
	if l.index != nil {
		l.index[moved.key()] = int32(i)
		delete(l.index, k)
	}
	l.shrink()
	return true
}

// shrink gives memory back once most of it is unused. The factors are far enough from those of growing that a list
// which gains and loses one element in turn does not move each time.
func (l *list[K, E]) shrink() {
	if len(l.items) == 0 {
		*l = list[K, E]{}
		return
	}
	if len(l.items) < indexFrom/2 {
		l.index = nil
	}
	if len(l.items) < cap(l.items)/4 {
		l.items = append(make([]E, 0, 2*len(l.items)), l.items...)
	}
}
