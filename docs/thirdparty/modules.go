package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
)

// platforms are what "make cross" builds for. A module may be needed on one of them only.
var platforms = []string{"amd64", "arm64", "arm"}

// A linkedModule is a module of which a program contains at least one package.
type linkedModule struct {
	version, dir string
	in           map[string]bool // names of the programs
}

func (m linkedModule) programs() string {
	return strings.Join(slices.Sorted(maps.Keys(m.in)), ", ")
}

// linked finds the modules of all programs, by module path. Our own and the standard library are not among them.
func linked() (map[string]*linkedModule, error) {
	programs, err := goList("amd64", "./cmd/...")
	if err != nil {
		return nil, err
	}
	modules := map[string]*linkedModule{}
	for _, program := range programs {
		if program.Name != "main" {
			continue
		}
		for _, arch := range platforms {
			deps, err := goList(arch, "-deps", program.ImportPath)
			if err != nil {
				return nil, err
			}
			for _, d := range deps {
				if d.Module == nil || d.Module.Main {
					continue
				}
				m := modules[d.Module.Path]
				if m == nil {
					m = &linkedModule{version: d.Module.Version, dir: d.Module.Dir, in: map[string]bool{}}
					modules[d.Module.Path] = m
				}
				m.in[path.Base(program.ImportPath)] = true
			}
		}
	}
	return modules, nil
}

type goPackage struct {
	Name, ImportPath string
	Module           *struct {
		Path, Version, Dir string
		Main               bool
	}
}

// goList lists packages as they are on Linux.
func goList(arch string, args ...string) ([]goPackage, error) {
	cmd := exec.Command("go", append([]string{"list", "-json=Name,ImportPath,Module"}, args...)...)
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+arch, "CGO_ENABLED=0")
	out, err := cmd.Output()
	if e := (*exec.ExitError)(nil); errors.As(err, &e) {
		return nil, fmt.Errorf("go list: %s", strings.TrimSpace(string(e.Stderr)))
	} else if err != nil {
		return nil, err
	}
	var packages []goPackage
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return packages, nil
		} else if err != nil {
			return nil, err
		}
		packages = append(packages, p)
	}
}
