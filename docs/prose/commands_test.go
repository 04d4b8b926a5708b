package prose

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every command line of ours that a page shows has commands and flags that exist, and every target of make does.
func TestCommands(t *testing.T) {
	if testing.Short() {
		t.Skip("builds programs: not a short test")
	}
	p := programs{dir: t.TempDir(), help: make(map[string]string)}
	out, err := exec.Command("go", "build", "-o", p.dir+"/", "mqttsn-gateway/cmd/...").CombinedOutput()
	require.NoError(t, err, string(out))
	makefile, err := os.ReadFile(filepath.Join(top, "Makefile"))
	require.NoError(t, err)
	seen := 0
	for name, text := range pages(t) {
		for _, line := range commandLines(text) {
			seen++
			if err := p.check(line, string(makefile)); err != nil {
				t.Errorf("%s: %s: %v", name, line, err)
			}
		}
	}
	require.Greater(t, seen, 100)
}

func TestCommandsAreChecked(t *testing.T) {
	if testing.Short() {
		t.Skip("builds programs: not a short test")
	}
	p := programs{dir: t.TempDir(), help: make(map[string]string)}
	out, err := exec.Command("go", "build", "-o", p.dir+"/", "mqttsn-gateway/cmd/mqttsn").CombinedOutput()
	require.NoError(t, err, string(out))
	for line, wrong := range map[string]bool{
		"mqttsn pub -t a/b -m 1 --retries 3": false,
		"mqttsn push -t a/b":                 true,
		"mqttsn pub --no-such-flag":          true,
		"mqttsn pub -Z":                      true,
		"make there-is-none":                 true,
	} {
		require.Equal(t, wrong, p.check(line, "test: ## all\n") != nil, line)
	}
}

var ours = regexp.MustCompile(`^(?:sudo )?(?:\./bin/)?(mqttsn-gateway|mqttsn|testbed|make)( .*|$)`)

// commandLines are the lines of a page's blocks of shell that begin with a program of ours, each part of a pipe or list by
// itself, and what is so in the running text.
func commandLines(text string) (found []string) {
	take := func(line string) {
		for _, part := range regexp.MustCompile(`\|\||&&|[;|]`).Split(line, -1) {
			part = strings.TrimSpace(part)
			part, _, _ = strings.Cut(part, " #")
			part, _, _ = strings.Cut(part, " >")
			if m := ours.FindStringSubmatch(part); m != nil {
				found = append(found, m[1]+m[2])
			}
		}
	}
	inBlock, shell := false, false
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if fence, ok := strings.CutPrefix(strings.TrimSpace(line), "```"); ok {
			inBlock, shell = !inBlock, fence == "sh"
			continue
		}
		switch prompt, isPrompt := strings.CutPrefix(line, "$ "); {
		case inBlock && isPrompt:
			take(prompt)
		case inBlock && shell:
			take(line)
		case !inBlock:
			for _, code := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(line, -1) {
				take(code[1])
			}
		}
	}
	return found
}

// programs are ours, as built for the test, with what they say of their commands.
type programs struct {
	dir  string
	help map[string]string
}

// check holds one command line against what the program says of itself.
func (p *programs) check(line, makefile string) error {
	words := strings.Fields(line)
	if words[0] == "make" {
		for _, w := range words[1:] {
			if strings.Contains(w, "=") {
				break // a variable, perhaps with spaces in it
			}
			if isTarget := regexp.MustCompile(`^[a-z0-9-]+$`).MatchString(w); isTarget && !regexp.MustCompile(`(?m)^`+w+`:`).MatchString(makefile) {
				return fmt.Errorf("make has no target %s", w)
			}
		}
		return nil
	}
	command := words[:1]
	help, err := p.ask(command)
	if err != nil {
		return err
	}
	words = words[1:]
	for len(words) > 0 && !strings.HasPrefix(words[0], "-") && strings.Contains(help, "\nAvailable Commands:\n") {
		if !regexp.MustCompile(`(?m)^  ` + regexp.QuoteMeta(words[0]) + ` `).MatchString(help) {
			return fmt.Errorf("%s has no command %s", strings.Join(command, " "), words[0])
		}
		command = append(slices.Clone(command), words[0])
		if help, err = p.ask(command); err != nil {
			return err
		}
		words = words[1:]
	}
	for _, w := range words {
		flag := regexp.MustCompile(`^(--[a-z0-9-]+|-[A-Za-z0-9])(=.*)?$`).FindStringSubmatch(w)
		if flag == nil || regexp.MustCompile(`^-\d`).MatchString(w) && !strings.Contains(help, w) {
			continue // a value; -1 is one, of -q
		}
		if !regexp.MustCompile(`(?m)(^|\s)` + flag[1] + `\b`).MatchString(help) {
			return fmt.Errorf("%s has no %s", strings.Join(command, " "), flag[1])
		}
	}
	return nil
}

func (p *programs) ask(command []string) (string, error) {
	key := strings.Join(command, " ")
	if help, ok := p.help[key]; ok {
		return help, nil
	}
	out, err := exec.Command(filepath.Join(p.dir, command[0]), append(slices.Clone(command[1:]), "--help")...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s --help: %w: %s", key, err, out)
	}
	p.help[key] = string(out)
	return p.help[key], nil
}
