package tests

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

// WritePage is the main function of a program that writes a page of the repository. Nothing is written if there is an
// error.
func WritePage(name, output string, write func(w io.Writer, root string) error) {
	root := flag.String("root", ".", "the repository")
	flag.StringVar(&output, "o", output, "the file to write")
	flag.Parse()
	var page strings.Builder
	err := write(&page, *root)
	if err == nil {
		err = os.WriteFile(output, []byte(page.String()), 0o644)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(1)
	}
}
