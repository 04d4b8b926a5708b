package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"mqttsn-gateway/gateway/passwd"
)

func passwdCommand() *cobra.Command {
	var remove bool
	cmd := &cobra.Command{
		Use:   "passwd FILE USER",
		Short: "Give a user of the built-in broker a password, or take the user out",
		Long: "Write a user with a hashed password into a file of users (mqtt.users_file), which is made if it is not there.\n" +
			"The password is asked for, twice, or is the first line of standard input if that is no terminal. A running\n" +
			"gateway reads the file again when it gets SIGHUP. Files that mosquitto_passwd has made can be used as well.",
		Example: "  mqttsn-gateway passwd /etc/mqttsn-gateway/users alice\n" +
			"  mqttsn-gateway passwd /etc/mqttsn-gateway/users panel <panel-password\n" +
			"  mqttsn-gateway passwd --delete /etc/mqttsn-gateway/users bob",
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			file, user := args[0], args[1]
			if remove {
				return failed(passwd.Delete(file, user))
			}
			password, err := readPassword(cmd.InOrStdin(), cmd.ErrOrStderr())
			if err != nil {
				return mistake{err}
			}
			return failed(passwd.Set(file, user, password))
		},
	}
	cmd.Flags().BoolVarP(&remove, "delete", "D", false, "take the user out of the file")
	return cmd
}

// failed makes a failure of an error; nil of nil.
func failed(err error) error {
	if err == nil {
		return nil
	}
	return failure{err}
}

// readPassword asks for a password at a terminal, which does not show it meanwhile, or reads the first line.
func readPassword(in io.Reader, out io.Writer) ([]byte, error) {
	lines := bufio.NewReader(in)
	terminal, ok := in.(*os.File)
	if !ok {
		return readLine(lines)
	}
	show, err := hide(terminal)
	if err != nil {
		return readLine(lines) // it is no terminal
	}
	defer show()
	var passwords [2][]byte
	for i, question := range []string{"Password: ", "Once more: "} {
		fmt.Fprint(out, question)
		passwords[i], err = readLine(lines)
		fmt.Fprintln(out)
		if err != nil {
			return nil, err
		}
	}
	if !bytes.Equal(passwords[0], passwords[1]) {
		return nil, errors.New("the two passwords differ")
	}
	return passwords[0], nil
}

func readLine(in *bufio.Reader) ([]byte, error) {
	line, err := in.ReadBytes('\n')
	line = bytes.TrimRight(line, "\r\n")
	if len(line) == 0 {
		if err == nil || err == io.EOF {
			err = errors.New("there is no password")
		}
		return nil, err
	}
	return line, nil
}
