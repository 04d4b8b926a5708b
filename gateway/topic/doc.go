// Package topic knows MQTT topic names and topic filters: which are valid, which filter matches which name, and two
// indexes that answer that question for many at once.
//
//   - [Tree] holds subscriptions: given the name of a publication, it finds everyone who subscribed to it.
//   - [Names] holds retained messages: given the filter of a new subscription, it finds every name that it covers.
//
// Both are plain data structures: no lock, no goroutine, no I/O. Given the same calls in the same order, both answer in
// the same order, on every run: a simulation can be repeated from its seed.
//
// A name consists of levels separated by '/'; a filter may hold '+' in place of one level and '#' in place of all that
// remain (MQTT 5, section 4.7; MQTT 3.1.1 says the same). Shared subscriptions, $share/group/filter, are taken apart by
// [ParseShare]; a Tree is given what is inside.
package topic
