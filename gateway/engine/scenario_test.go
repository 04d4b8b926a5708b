package engine_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Scenarios are conversations with the engine, written as text from the specification and reviewed as a diff: one
// procedure a file, in testdata/scenarios. The comment at the head of a file names what it covers, for the table in
// docs/spec-coverage.md:
//
//	# v1.2 6.14, 5.4.20; reference 7.1, A14     sections of the specification; of our reading of it
//	# state asleep: PINGREQ                     rows of the state table
//	# fault pingresp-before-done                faults of existing gateways (docs/coverage/faults.txt)
//	# Why it is so, in a sentence or two.
//
// Then follow the settings, and what happens. These lines put something into the engine:
//
//	config   mode=transparent retry=10s 1=plant/th7/set    settings, and predefined topics (see scenario_config_test.go)
//	device   CONNECT client=th7 duration=60 clean          a packet from a device, as String prints it
//	device@2/0013%radio hex 02 16                          from peer 2, behind it node 00 13, on link radio; raw octets
//	device   2.0 PROTECTED s7 | PINGREQ pid=1              a protected packet of the sender s7 (see scenario_protected_test.go)
//	after    290s                                          time passes; deadlines ring on the way
//	message  plant/th7/set qos=1 "21.5"                    someone else publishes at the built-in broker
//	client   c1 CONNECT client=c1 clean                    a packet from an ordinary client of the built-in broker
//	client   c1 connects | subscribes plant/# qos=1        CONNECT and CONNACK, SUBSCRIBE and SUBACK in short
//	client   c1 lost                                       its connection breaks
//	broker   th7 accepts | PUBACK id=1 | lost              what the upstream broker does on the connection for th7
//	radio@2  send-failed                                   the link could not deliver to peer 2; also: down, up
//	disk     waits | fails | writes                        batches stay in memory; it says so; all are written, from now on at once
//	disk     is-empty                                      nothing is on it
//	operator kick th7                                      also: forget, kick-client
//	operator approve th7 udp                               a device that waits for it, and its link; also: dismiss
//	operator keys key=s7                                   puts other keys in force
//	operator rules rule=deny                               puts other access rules in force
//	shutdown                                               the gateway stops in an orderly way
//	restart  rule=deny                                     it is killed, and starts with what is on disk, and other settings
//
// and these say what the engine answers, completely, and in order for each receiver:
//
//	gateway  CONNACK accepted                              to the device; @ as above
//	at 10s   gateway PUBLISH …                             the same, so long after the line "after"
//	gateway  (silent)                                      nothing to any device: for readers, it is checked anyway
//	broadcast radius=2 GWINFO gwid=1                       to everyone on the link; %radio as above
//	routed   plant/th7 qos=1 "21.5"                        the built-in broker has a publication
//	to       c1 PUBLISH … | close                          to the ordinary client
//	uplink   th7 dial | CONNECT … | close                  to the upstream broker
//	uplink   th7 connects                                  dial, CONNECT, and the broker's CONNACK in short; also: resumes
//	counts   malformed=1                                   counters of Stats
//	devices  asleep=1                                      how many sessions are in a state
//	logged   "device lost"                                 a note, exactly once since the last line that did something
//	logged   (silent)                                      none
//
// Each scenario is played twice: with sessions in memory, and with sessions on a disk that is fast; but those whose names
// say "in memory" or "with a disk" only so.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/scenarios/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			if !strings.Contains(file, "with_a_disk") {
				require.NoError(t, play(file, string(text), false), "in memory")
			}
			if !strings.Contains(file, "in_memory") {
				require.NoError(t, play(file, string(text), true), "with a disk")
			}
		})
	}
}

// A scenario that does not fit must be noticed.
func TestScenarioFailures(t *testing.T) {
	const head = "device CONNECT client=a duration=60\n"
	for name, tt := range map[string]struct{ text, want string }{
		"wrong answer":     {head + "gateway CONNACK congestion", "- gateway CONNACK congestion\n    + gateway CONNACK accepted"},
		"no answer":        {head + "gateway CONNACK accepted\ngateway PINGRESP", "- gateway PINGRESP"},
		"unexpected":       {head, "+ gateway CONNACK accepted"},
		"not silent":       {head + "gateway (silent)", "+ gateway CONNACK accepted"},
		"wrong receiver":   {head + "gateway@2 CONNACK accepted", "- gateway@2 CONNACK accepted"},
		"wrong time":       {"config advertise=15m\nafter 1m\nat 1s broadcast ADVERTISE gwid=1 duration=900", "+ at 0s broadcast ADVERTISE gwid=1 duration=900"},
		"wrong count":      {"device hex 00\ncounts malformed=2", "malformed=1"},
		"no such count":    {"device hex 00\ncounts nonsense=2", "nonsense"},
		"wrong state":      {head + "gateway CONNACK accepted\ndevices asleep=1", "asleep=0"},
		"not logged":       {head + `gateway CONNACK accepted` + "\n" + `logged "device lost"`, "device lost"},
		"unknown verb":     {"devise PINGREQ", "devise"},
		"unknown setting":  {"config speed=1", "speed"},
		"setting too late": {head + "gateway CONNACK accepted\nconfig retry=1s", "before"},
		"not a packet":     {"device HELLO", "HELLO"},
		"wrong route": {
			head + "gateway CONNACK accepted\ndevice PUBLISH topic=short:ab qos=0 \"x\"\nrouted ab qos=0 \"y\"",
			`+ routed ab qos=0 "x"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			err := play(name, tt.text, false)
			require.Error(t, err)
			require.Contains(t, err.Error(), tt.want)
		})
	}
}
