package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

var errUnknownLicence = errors.New("its licence is not one that we know: read it, and teach docs/thirdparty")

// licences are recognised by sentences that must all be in the text. The first that fits is it.
var licences = []struct {
	name      string
	sentences []string
}{
	{"Apache-2.0", []string{"Apache License", "Version 2.0, January 2004"}},
	{"EPL-2.0 or BSD-3-Clause", []string{"Eclipse Public License - v 2.0", "and Eclipse Distribution License v1.0 which accompany"}},
	{"EPL-2.0", []string{"Eclipse Public License - v 2.0"}},
	{"EPL-1.0", []string{"Eclipse Public License - v 1.0"}},
	{"MPL-2.0", []string{"Mozilla Public License Version 2.0"}},
	{"BSD-3-Clause", []string{
		"Redistribution and use in source and binary forms",
		"may be used to endorse or promote products derived from this software",
	}},
	{"BSD-2-Clause", []string{"Redistribution and use in source and binary forms"}},
	{"ISC", []string{"Permission to use, copy, modify, and/or distribute this software for any purpose"}},
	{"MIT", []string{"Permission is hereby granted, free of charge, to any person obtaining a copy"}},
}

// licenceOf names the licences of the module in dir. Where it has several files, each counts.
func licenceOf(dir string) (string, error) {
	var names []string
	for _, pattern := range []string{"LICENSE*", "LICENCE*", "COPYING*"} {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			return "", err
		}
		for _, f := range files {
			if info, err := os.Stat(f); err == nil && info.IsDir() {
				continue
			}
			text, err := os.ReadFile(f)
			if err != nil {
				return "", err
			}
			if name := recognise(string(text)); !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	if len(names) == 0 || slices.Contains(names, "") {
		return "", errUnknownLicence
	}
	return strings.Join(names, " and "), nil
}

// recognise names the licence with the given text, or returns "". Line breaks and case do not matter.
func recognise(text string) string {
	text = strings.ToLower(strings.Join(strings.Fields(text), " "))
	for _, l := range licences {
		if !slices.ContainsFunc(l.sentences, func(s string) bool { return !strings.Contains(text, strings.ToLower(s)) }) {
			return l.name
		}
	}
	return ""
}
