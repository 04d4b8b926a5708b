package topic

// Names holds one value for each topic name: the retained messages. The zero value is empty and ready for use.
//
// Names form a tree of levels, so that a filter visits only what its levels cover: an exact one a single path.
type Names[V any] struct {
	root node[entry[V]]
	size int
}

// An entry is what a node of Names holds; its name is empty in a node that is only part of longer names.
type entry[V any] struct {
	name  string
	value V
}

// Len returns the number of names.
func (t *Names[V]) Len() int { return t.size }

// Set gives name, which must be valid, the value v. It keeps both.
func (t *Names[V]) Set(name string, v V) {
	e := &t.root.grow(name).value
	if e.name == "" {
		e.name = name
		t.size++
	}
	e.value = v
}

// Get returns the value of name, and whether it has one.
func (t *Names[V]) Get(name string) (v V, ok bool) {
	n := t.root.find(name)
	if n == nil || n.value.name == "" {
		return v, false
	}
	return n.value.value, true
}

// Delete removes name and reports whether it had a value.
func (t *Names[V]) Delete(name string) bool {
	n := t.root.find(name)
	if n == nil || n.value.name == "" {
		return false
	}
	n.value = entry[V]{}
	n.prune(func(e *entry[V]) bool { return e.name == "" })
	t.size--
	return true
}

// Match calls visit for every name that filter covers, until visit returns false. The filter must be valid and without
// $share. Visit must not call Set or Delete.
func (t *Names[V]) Match(filter string, visit func(name string, v V) bool) {
	matchLevels(&t.root, filter, visit)
}

// Each calls visit for every name, those that wildcards do not cover included, until visit returns false. Visit must not
// call Set or Delete.
func (t *Names[V]) Each(visit func(name string, v V) bool) { each(&t.root, visit) }

func each[V any](n *node[entry[V]], visit func(string, V) bool) bool {
	if !visitOne(n, visit) {
		return false
	}
	for _, c := range n.children.items {
		if !each(c, visit) {
			return false
		}
	}
	return true
}

// matchLevels visits what filter covers below n, and reports whether to go on.
func matchLevels[V any](n *node[entry[V]], filter string, visit func(string, V) bool) bool {
	level, rest, more := cut(filter)
	switch level {
	case "#":
		return visitAll(n, visit)
	case "+":
		for _, c := range n.children.items {
			if !shielded(c) && !matchBelow(c, rest, more, visit) {
				return false
			}
		}
		return true
	}
	c := n.child(level)
	return c == nil || matchBelow(c, rest, more, visit)
}

// matchBelow goes on at n, which is covered by the level of the filter before rest.
func matchBelow[V any](n *node[entry[V]], rest string, more bool, visit func(string, V) bool) bool {
	if more {
		return matchLevels(n, rest, visit)
	}
	return visitOne(n, visit)
}

// visitAll visits n and everything below it. As '#' covers the level above it, n is that level.
func visitAll[V any](n *node[entry[V]], visit func(string, V) bool) bool {
	if !visitOne(n, visit) {
		return false
	}
	for _, c := range n.children.items {
		if !shielded(c) && !visitAll(c, visit) {
			return false
		}
	}
	return true
}

func visitOne[V any](n *node[entry[V]], visit func(string, V) bool) bool {
	return n.value.name == "" || visit(n.value.name, n.value.value)
}

// shielded reports whether n is a first level that wildcards do not cover (MQTT 5, section 4.7.2).
func shielded[V any](n *node[V]) bool {
	return n.parent.parent == nil && hidden(n.level)
}
