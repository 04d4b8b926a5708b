package topic

// A Tree holds subscriptions: a set of values for each topic filter. Values are small and comparable, a pointer to a
// subscription for instance. The zero value is empty and ready for use.
//
// Filters without wildcards live in a hash map, so that a hundred thousand devices which each subscribe to a topic of
// their own cost a lookup, whatever their number. Filters with wildcards live in a tree of levels: a match visits
// those nodes whose path covers the beginning of the name, and no others.
type Tree[T comparable] struct {
	exact map[string]*members[T]
	wild  node[members[T]]
	size  int
}

// members are the values of one filter.
type members[T comparable] = list[T, member[T]]

// A member makes a value its own key.
type member[T comparable] struct{ value T }

func (m member[T]) key() T { return m.value }

// Len returns how many pairs of filter and value the tree holds.
func (t *Tree[T]) Len() int { return t.size }

// Add puts v into the set of filter and reports whether it was not there before. The filter must be valid, and is
// taken as it is: of a shared subscription, add the inner filter. The tree keeps the string.
func (t *Tree[T]) Add(filter string, v T) bool {
	var set *members[T]
	if HasWildcard(filter) {
		set = &t.wild.grow(filter).value
	} else {
		set = t.exactSet(filter)
	}
	if _, ok := set.position(v); ok {
		return false
	}
	set.add(member[T]{v})
	t.size++
	return true
}

func (t *Tree[T]) exactSet(filter string) *members[T] {
	set := t.exact[filter]
	if set == nil {
		if t.exact == nil {
			t.exact = make(map[string]*members[T])
		}
		set = new(members[T])
		t.exact[filter] = set
	}
	return set
}

// Remove takes v out of the set of filter and reports whether it was there.
func (t *Tree[T]) Remove(filter string, v T) bool {
	var removed bool
	if HasWildcard(filter) {
		removed = t.removeWild(filter, v)
	} else {
		removed = t.removeExact(filter, v)
	}
	if removed {
		t.size--
	}
	return removed
}

func (t *Tree[T]) removeWild(filter string, v T) bool {
	n := t.wild.find(filter)
	if n == nil || !n.value.remove(v) {
		return false
	}
	n.prune(func(set *members[T]) bool { return len(set.items) == 0 })
	return true
}

func (t *Tree[T]) removeExact(filter string, v T) bool {
	set := t.exact[filter]
	if set == nil || !set.remove(v) {
		return false
	}
	if len(set.items) == 0 {
		delete(t.exact, filter)
	}
	return true
}

// AppendMatches appends to dst the values of every filter that covers name, a valid name. A value that was added under
// several of these filters appears once for each. It allocates only if dst must grow.
func (t *Tree[T]) AppendMatches(dst []T, name string) []T {
	if set := t.exact[name]; set != nil {
		dst = appendMembers(dst, set)
	}
	if len(t.wild.children.items) == 0 {
		return dst
	}
	if hidden(name) {
		// No wildcard may stand for this level; those further down may (MQTT 5, section 4.7.2).
		level, rest, more := cut(name)
		return appendBelow(dst, t.wild.child(level), rest, more)
	}
	return appendLevels(dst, &t.wild, name)
}

// appendLevels matches the levels of rest, of which there is at least one, against the children of n.
func appendLevels[T comparable](dst []T, n *node[members[T]], rest string) []T {
	dst = appendHash(dst, n)
	level, rest, more := cut(rest)
	dst = appendBelow(dst, n.child("+"), rest, more)
	return appendBelow(dst, n.child(level), rest, more)
}

// appendBelow goes on at n, which stands for the level of the name before rest; nil if no filter has that level.
func appendBelow[T comparable](dst []T, n *node[members[T]], rest string, more bool) []T {
	switch {
	case n == nil:
		return dst
	case more:
		return appendLevels(dst, n, rest)
	}
	dst = appendMembers(dst, &n.value)
	return appendHash(dst, n) // "sport/#" covers "sport" as well
}

func appendHash[T comparable](dst []T, n *node[members[T]]) []T {
	if hash := n.child("#"); hash != nil {
		dst = appendMembers(dst, &hash.value)
	}
	return dst
}

func appendMembers[T comparable](dst []T, set *members[T]) []T {
	for _, m := range set.items {
		dst = append(dst, m.value)
	}
	return dst
}
