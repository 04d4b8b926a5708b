package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	mit = "MIT License\n\nPermission is hereby granted, free of charge, to any person\nobtaining a copy of this software"
	bsd = "Redistribution and use in source and binary forms, with or without modification"
)

func TestRecognise(t *testing.T) {
	for text, want := range map[string]string{
		mit: "MIT",
		bsd: "BSD-2-Clause",
		bsd + " ... Neither the name of X nor the names of its contributors may be used to endorse or promote\nproducts derived from this software": "BSD-3-Clause",
		"                                 Apache License\n                           Version 2.0, January 2004\n":                                   "Apache-2.0",
		"Eclipse Public License - v 2.0\n":                                                                                 "EPL-2.0",
		"Mozilla Public License Version 2.0\n==================================":                                           "MPL-2.0",
		"Permission to use, copy, modify, and/or distribute this software for any\npurpose with or without fee is granted": "ISC",
		"All rights reserved.": "",
	} {
		require.Equal(t, want, recognise(text), text)
	}
}

func TestLicenceOf(t *testing.T) {
	dir := t.TempDir()
	_, err := licenceOf(dir)
	require.ErrorIs(t, err, errUnknownLicence, "no file")

	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	write("LICENSE.md", mit)
	got, err := licenceOf(dir)
	require.NoError(t, err)
	require.Equal(t, "MIT", got)

	write("LICENSE.txt", mit)
	write("COPYING", bsd)
	got, err = licenceOf(dir)
	require.NoError(t, err)
	require.Equal(t, "MIT and BSD-2-Clause", got)

	require.NoError(t, os.Mkdir(filepath.Join(dir, "LICENSES"), 0o700))
	_, err = licenceOf(dir)
	require.NoError(t, err, "a folder is no licence")

	write("LICENSE-other", "Do what you like.")
	_, err = licenceOf(dir)
	require.ErrorIs(t, err, errUnknownLicence)
}
