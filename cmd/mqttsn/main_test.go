package main

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	time.Local = time.UTC // in which decode shows the times of captures
	goleak.VerifyTestMain(m)
}

// command runs a command line, its words separated by spaces.
func command(t testing.TB, line string, stdin ...string) (code int, stdout, stderr string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var out, errs bytes.Buffer
	code = execute(ctx, strings.Fields(line), strings.NewReader(strings.Join(stdin, "")), &out, &errs)
	require.NoError(t, ctx.Err(), line)
	return code, out.String(), errs.String()
}

func TestMistakes(t *testing.T) {
	for line, want := range map[string]string{
		"bogus":                                 `unknown command "bogus" for "mqttsn"; see mqttsn --help`,
		"pub --bogus":                           "unknown flag: --bogus; see mqttsn pub --help",
		"pub -t a -m hello world":               `"world" is no option: write what has spaces in it in quotes; see mqttsn pub --help`,
		"pub":                                   "there is no topic: give one with -t, --predefined or --short; see mqttsn pub --help",
		"pub -t a":                              "there is nothing to publish: give -m, -f, -s, -l or -n; see mqttsn pub --help",
		"pub -t a -n -l":                        "there is more than one thing to publish: give one of -m, -f, -s, -l and -n; see mqttsn pub --help",
		"pub -t a -t b -n":                      "there is more than one topic: publish to one at a time; see mqttsn pub --help",
		"pub -t a -n -q 3":                      `invalid argument "3" for "-q, --qos" flag: it is not one of -1 to 2; see mqttsn pub --help`,
		"pub -t a -n -q -1":                     "a message of QoS -1 has no topic by name in version 1.2: give --predefined or --short instead of -t; see mqttsn pub --help",
		"pub -t a/# -n":                         `the topic "a/#" has a wildcard, which only a subscription may have; see mqttsn pub --help`,
		"pub --short +a -n":                     `the topic "+a" has a wildcard, which only a subscription may have; see mqttsn pub --help`,
		"pub -t \xff -n":                        `the topic "\xff" is not UTF-8; see mqttsn pub --help`,
		"pub --topic= -n":                       "a topic's name is empty; see mqttsn pub --help",
		"pub -t a -n -p 0":                      "there is no port 0; see mqttsn pub --help",
		"pub -t a -n -4 -6":                     "-4 and -6 exclude each other; see mqttsn pub --help",
		"pub -t a -n -c":                        "-c needs a client id: give one with -i; see mqttsn pub --help",
		"pub -t a -n --will-payload x":          "a will needs a topic: give one with --will-topic; see mqttsn pub --help",
		"pub -t a -n --retries -1":              "--retries must not be less than 0; see mqttsn pub --help",
		"pub -t a -n --retry-interval 0":        "--retry-interval must be more than 0; see mqttsn pub --help",
		"pub -t a -n --psk 00":                  "--psk-identity and --psk go together; see mqttsn pub --help",
		"pub -t a -n --cert x":                  "--cert and --key go together; see mqttsn pub --help",
		"pub -t a -n --cafile x":                "with --cafile, the gateway wants a certificate of the device too: give --cert and --key; see mqttsn pub --help",
		"pub -t a -n --psk-identity i --psk 0g": "--psk is not in hexadecimal digits; see mqttsn pub --help",
		"pub -t a -n --psk-identity i --psk 00 --cert x --key x": "give either a pre-shared key or a certificate; see mqttsn pub --help",
		"pub -t a -n --serial x --cert x --key x":                "there is no DTLS on a serial line; see mqttsn pub --help",
		"pub -t a -n --framing x":                                `invalid argument "x" for "--framing" flag: there are slip, slip-crc, cobs, cobs-crc and hdlc; see mqttsn pub --help`,
		"sub --short abc":                                        `--short "abc": a short topic name has two octets, no more and no less; see mqttsn sub --help`,
		"sub --predefined 65535":                                 `invalid argument "65535" for "--predefined" flag: it is not a number from 1 to 65534, or such a number, = and a name; see mqttsn sub --help`,
		"sub -t a -q -1":                                         `invalid argument "-1" for "-q, --qos" flag: it is not one of 0 to 2; see mqttsn sub --help`,
		"sub -t a -W -1":                                         "-C and -W must not be less than 0; see mqttsn sub --help",
		"sub":                                                    "there is no topic: give one with -t, --predefined or --short; see mqttsn sub --help",
		"sleep":                                                  "there is no topic: give one with -t, --predefined or --short; see mqttsn sleep --help",
		"sleep -t a --for 0s":                                    "--for, --announce and --cycles must not be less than 0, and --for not 0; see mqttsn sleep --help",
		"sleep -t a --for 19h":                                   "nobody can sleep for longer than 18h12m15s in version 1.2; see mqttsn sleep --help",
		"ping -C -1":                                             "-C and -W must not be less than 0; see mqttsn ping --help",
		"search -p 0":                                            "there is no port 0; see mqttsn search --help",
		"decode 0g":                                              "'g' is not a hexadecimal digit; see mqttsn decode --help",
		"decode 021":                                             "the last octet has one digit only; see mqttsn decode --help",
		"bench":                                                  `accepts 1 arg(s), received 0; see mqttsn bench --help`,
		"bench sideways":                                         `invalid argument "sideways" for "mqttsn bench"; see mqttsn bench --help`,
		"bench up -n 0 --size 8":                                 "devices must be 1 to 1000000\noctets of a payload must be 16 to 1000; see mqttsn bench --help",
		"bench down --floor":                                     "--floor goes with up; see mqttsn bench --help",
		"decode -f x 02":                                         "give digits or a file, not both; see mqttsn decode --help",
	} {
		code, stdout, stderr := command(t, line)
		require.Equal(t, exitMistake, code, line)
		require.Equal(t, "mqttsn: "+want+"\n", stderr, line)
		require.Empty(t, stdout, line)
	}
}

func TestHelp(t *testing.T) {
	for _, line := range []string{"--help", "pub --help", "sub --help", "sleep --help", "ping --help", "search --help", "decode --help", "bench --help", "help sub"} {
		code, stdout, stderr := command(t, line)
		require.Zero(t, code, line)
		require.Empty(t, stderr, line)
		require.Contains(t, stdout, "Examples:\n", line)
		for _, text := range strings.Split(stdout, "\n") {
			require.LessOrEqual(t, len(text), 140, line)
		}
	}
}

func TestVersion(t *testing.T) {
	version = "1.2.3"
	defer func() { version = "" }()
	_, stdout, _ := command(t, "--version")
	require.Equal(t, "mqttsn version 1.2.3\n", stdout)

	version = ""
	require.NotEmpty(t, buildVersion(), "what Go noted")
}

// The first signal ends a command in good order, with the exit code that it deserves.
func TestInterrupted(t *testing.T) {
	for line, c := range map[string]struct {
		last string // that is received before the signal
		code int
	}{
		"sub -t a":                {"SUBSCRIBE", 0},
		"sleep -t a --for 1h":     {"DISCONNECT duration", 0},
		"ping -C 0 --interval 1h": {"PINGREQ", 0},
		"pub -t a -l":             {"PUBLISH", exitFailed},
	} {
		g := startGateway(t)
		ctx, cancel := context.WithCancel(t.Context())
		stdin, typing := io.Pipe()
		done := make(chan int)
		go func() { done <- execute(ctx, strings.Fields(g.args(line)), stdin, io.Discard, io.Discard) }()
		if strings.HasPrefix(line, "pub") {
			_, err := io.WriteString(typing, "one\n")
			require.NoError(t, err)
		}
		g.waitFor(t, c.last)
		cancel()
		require.Equal(t, c.code, <-done, line)
		require.NoError(t, typing.Close())
		g.waitFor(t, "DISCONNECT")
	}
}
