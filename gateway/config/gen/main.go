// Gen writes what is made from the configuration's tables: the sample file and the reference.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"mqttsn-gateway/gateway/config"
)

// files are what there is to write, by name from the top of the repository.
func files() map[string][]byte {
	return map[string][]byte{
		"configs/gateway.yaml":  config.Sample(),
		"docs/configuration.md": reference(),
	}
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: gen TOP, the top of the repository")
		os.Exit(2)
	}
	for name, text := range files() {
		if err := os.WriteFile(filepath.Join(os.Args[1], name), text, 0o644); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}
