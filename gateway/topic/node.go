package topic

import "strings"

// A node stands for one level of the paths below a root; the path from the root to a node is a name or a filter.
// Its level is a copy, so that a short node does not keep the long path alive with which it came.
type node[V any] struct {
	level    string
	parent   *node[V] // nil for a root
	children list[string, *node[V]]
	value    V
}

func (n *node[V]) key() string { return n.level }

// child returns the node of a level directly below n, or nil.
func (n *node[V]) child(level string) *node[V] {
	c, _ := n.children.get(level)
	return c
}

// find returns the node of a path below n, or nil.
func (n *node[V]) find(path string) *node[V] {
	for more := true; more && n != nil; {
		var level string
		level, path, more = cut(path)
		n = n.child(level)
	}
	return n
}

// grow returns the node of a path below n, after making what is missing of it.
func (n *node[V]) grow(path string) *node[V] {
	for more := true; more; {
		var level string
		level, path, more = cut(path)
		next := n.child(level)
		if next == nil {
			next = &node[V]{level: strings.Clone(level), parent: n}
			n.children.add(next)
		}
		n = next
	}
	return n
}

// prune removes n, and then those above it, as long as a node has no children and an empty value.
func (n *node[V]) prune(empty func(*V) bool) {
	for n.parent != nil && len(n.children.items) == 0 && empty(&n.value) {
		n.parent.children.remove(n.level)
		n = n.parent
	}
}
