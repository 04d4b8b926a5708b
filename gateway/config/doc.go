// Package config is the gateway's configuration: one YAML file, environment variables and flags, read into one typed
// [Config] whose every value has been checked.
//
// Each section has a file that holds everything about it: the types, the defaults, and a table with a row for every
// key that says what the key is for, what it allows and why its default is what it is. The sample file, the reference
// in docs/ and the names of the environment variables are made from these tables. To add a key, add the field, its
// default and its row, and run "make docs"; tests fail when one of them is missing.
//
// A mistake in the configuration never stops at the first: [Load] returns all of them, each a [Problem] that says
// where it is and what to write instead.
package config

//go:generate go run ./gen ../..
