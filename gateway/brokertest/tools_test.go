package brokertest

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/e2e/programs"
)

// TestTools uses each broker by mosquitto's command-line clients.
func TestTools(t *testing.T) {
	t.Parallel()
	for _, b := range brokers {
		t.Run(b.name, func(t *testing.T) {
			addr := b.start(t, normal).addr
			for _, version := range []string{"mqttv31", "mqttv311", "mqttv5"} {
				t.Run(version, func(t *testing.T) { publishAndSubscribe(t, addr, version) })
			}
			t.Run("will", func(t *testing.T) { willOfTool(t, addr) })
			t.Run("session", func(t *testing.T) { sessionOfTool(t, addr) })
			t.Run("request", func(t *testing.T) { requestOfTool(t, addr) })
		})
	}
}

// tool starts one of mosquitto's clients.
func tool(t *testing.T, addr, name string, args ...string) *programs.Process {
	t.Helper()
	args = append([]string{"-oL", programs.Installed(t, name), "-p", programs.PortOf(t, addr)}, args...)
	return programs.Start(t, programs.Installed(t, "stdbuf"), args...) // it would keep what it has until its end
}

// subscribed starts mosquitto_sub and waits for its SUBACK.
func subscribed(t *testing.T, addr string, args ...string) *programs.Lines {
	t.Helper()
	lines := tool(t, addr, "mosquitto_sub", append(args, "-d", "-F", "MSG %q %r %t %p")...).StdoutLines()
	lines.Until("Subscribed (")
	return lines
}

func publishAndSubscribe(t *testing.T, addr, version string) {
	lines := subscribed(t, addr, "-V", version, "-q", "2", "-t", version+"/#")
	for qos := range 3 {
		topic, payload := fmt.Sprint(version, "/", qos), "reading"
		tool(t, addr, "mosquitto_pub", "-V", version, "-q", fmt.Sprint(qos), "-t", topic, "-m", payload, "--repeat", "20").Succeed()
		for range 20 {
			require.Equal(t, fmt.Sprintf("MSG %d 0 %s %s", qos, topic, payload), lines.Until("MSG"))
		}
	}
	tool(t, addr, "mosquitto_pub", "-V", version, "-q", "1", "-r", "-t", version+"/state", "-m", "on").Succeed()
	require.Equal(t, "MSG 1 0 "+version+"/state on", lines.Until("MSG"))
	late := subscribed(t, addr, "-V", version, "-q", "2", "-t", version+"/state")
	require.Equal(t, "MSG 1 1 "+version+"/state on", late.Until("MSG"))
}

func willOfTool(t *testing.T, addr string) {
	lines := subscribed(t, addr, "-t", "will/#", "-q", "1")
	p := tool(t, addr, "mosquitto_sub", "-t", "will/none", "-d",
		"--will-topic", "will/of/tool", "--will-payload", "lost", "--will-qos", "1")
	p.StdoutLines().Until("Subscribed (")
	p.Kill()
	require.Equal(t, "MSG 1 0 will/of/tool lost", lines.Until("MSG"))
}

func sessionOfTool(t *testing.T, addr string) {
	session := []string{"-c", "-i", "tool-with-session", "-t", "session/#", "-q", "1"}
	tool(t, addr, "mosquitto_sub", append(session, "-E")...).Succeed() // -E: ends when it is subscribed
	for i := range 5 {
		tool(t, addr, "mosquitto_pub", "-t", "session/t", "-q", "1", "-m", fmt.Sprint(i)).Succeed()
	}
	p := tool(t, addr, "mosquitto_sub", append(session, "-C", "5")...)
	p.Succeed()
	require.Equal(t, "0\n1\n2\n3\n4\n", string(p.Stdout.Bytes()))
}

func requestOfTool(t *testing.T, addr string) {
	server := newPaho5(t, addr)
	server.connect(session{client: "server"})
	server.subscribe("request/question", 1)
	p := tool(t, addr, "mosquitto_rr", "-V", "mqttv5", "-q", "1", "-t", "request/question", "-e", "request/answer", "-m", "how much?",
		"-D", "publish", "correlation-data", "seven")
	question := server.receive()
	require.Equal(t, "how much?", question.payload)
	require.Equal(t, "request/answer", question.responseTopic)
	require.Equal(t, "seven", question.correlation)
	server.publish(message{topic: question.responseTopic, payload: "42", qos: 1, correlation: question.correlation})
	p.Succeed()
	require.Equal(t, "42\n", string(p.Stdout.Bytes()))
}
