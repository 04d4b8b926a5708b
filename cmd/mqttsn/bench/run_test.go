package bench

import (
	"context"
	"net"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqttsn"
)

// startFloor starts a gateway that says yes to everything, with a say in how often a publication goes on.
func startFloor(t *testing.T, copies func(number int) int) Config {
	f, err := OpenFloor()
	require.NoError(t, err)
	f.copies = copies
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- f.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		<-ended
	})
	c := Default()
	c.Gateway, c.Broker = f.udp.LocalAddr(), "mqtt://"+f.tcp.Addr().String()
	c.Devices, c.Count, c.PID = 20, 500, os.Getpid()
	return c
}

func run(t *testing.T, c Config) *Report {
	t.Helper()
	r, err := Run(t.Context(), c)
	require.NoError(t, err)
	return r
}

func TestNothingIsLost(t *testing.T) {
	for qos := mqttsn.QoS0; qos <= mqttsn.QoS2; qos++ {
		c := startFloor(t, nil)
		c.QoS = qos
		var told Progress
		c.Progress = func(p Progress) { told = p }
		r := run(t, c)
		require.Equal(t, []int{500, 500, 0, 0}, []int{r.Sent, r.Arrived, r.Lost, r.Duplicates}, qos)
		require.Equal(t, qos > 0, r.Answer != nil, "only QoS 1 and 2 are answered")
		require.LessOrEqual(t, r.Arrival.P50, r.Arrival.P99)
		require.LessOrEqual(t, r.Arrival.P99, r.Arrival.Max)
		require.Positive(t, r.PerSecond)
		require.Positive(t, r.Process.MemoryAfter)
		require.Equal(t, Progress{"messages", 500, 500}, told)
	}
}

func TestLossShows(t *testing.T) {
	c := startFloor(t, func(number int) int { return min(1, number%10) })
	r := run(t, c)
	require.Equal(t, []int{500, 450, 50, 0}, []int{r.Sent, r.Arrived, r.Lost, r.Duplicates})
}

// A window that lost messages keep closed opens again.
func TestAllIsLost(t *testing.T) {
	c := startFloor(t, func(int) int { return 0 })
	c.Count, c.Window = 30, 20
	r := run(t, c)
	require.Equal(t, []int{30, 0, 30}, []int{r.Sent, r.Arrived, r.Lost})
	require.Nil(t, r.Arrival)
}

func TestDuplicatesShow(t *testing.T) {
	c := startFloor(t, func(number int) int { return 1 + number%2 })
	c.QoS = mqttsn.QoS1
	r := run(t, c)
	require.Equal(t, []int{500, 0, 250}, []int{r.Arrived, r.Lost, r.Duplicates})
}

func TestRate(t *testing.T) {
	c := startFloor(t, nil)
	c.Count, c.Rate = 100, 1000
	r := run(t, c)
	require.Equal(t, 100, r.Arrived)
	require.GreaterOrEqual(t, r.Seconds, 0.099, "the last message is due after 99 ms")
}

// A run ends when its time is over, with what it has.
func TestTimeIsOver(t *testing.T) {
	c := startFloor(t, nil)
	c.Rate, c.Time = 100, 100*time.Millisecond
	r := run(t, c)
	require.Less(t, r.Sent, 100)
	require.Equal(t, r.Sent, r.Arrived)
}

func TestCancelled(t *testing.T) {
	c := startFloor(t, nil)
	c.Rate = 1
	ctx, cancel := context.WithCancel(t.Context())
	c.Progress = func(p Progress) {
		if p.What == "messages" {
			cancel()
		}
	}
	_, err := Run(ctx, c)
	require.ErrorIs(t, err, context.Canceled)
}

// A deafGateway answers CONNECT with the codes that it is given, one each time that the same address asks; it does not answer
// where the code is silent. Everything else it answers with yes.
func deafGateway(t *testing.T, address string, codes ...mqttsn.ReturnCode) Config {
	at, err := net.ResolveUDPAddr("udp", address)
	require.NoError(t, err)
	conn, err := net.ListenUDP("udp", at)
	if err != nil {
		t.Skipf("no such address here: %v", err)
	}
	ended := make(chan struct{})
	t.Cleanup(func() {
		conn.Close()
		<-ended
	})
	go func() {
		defer close(ended)
		asked := make(map[netip.AddrPort]int)
		var buf [airBuffer]byte
		for {
			n, from, err := conn.ReadFromUDPAddrPort(buf[:])
			if err != nil {
				return
			}
			typ, body, err := mqttsn.Split(buf[:n])
			if err != nil {
				panic(err)
			}
			answer := appendAnswer(nil, typ, body)
			if typ == mqttsn.TypeConnect {
				code := codes[min(asked[from], len(codes)-1)]
				asked[from]++
				if answer = nil; code != silent {
					answer = mqttsn.Connack{ReturnCode: code}.Append(nil)
				}
			}
			conn.WriteToUDPAddrPort(answer, from)
		}
	}()
	c := Default()
	c.Gateway = conn.LocalAddr().(*net.UDPAddr).AddrPort()
	c.Scenario, c.Devices, c.Retry = Connect, 50, 50*time.Millisecond
	return c
}

const silent mqttsn.ReturnCode = 0xff

func TestQuestionsAreRepeated(t *testing.T) {
	r := run(t, deafGateway(t, "127.0.0.1:0", silent, mqttsn.Accepted))
	require.Equal(t, []int{50, 0, 50, 0}, []int{r.Served, r.Unserved, r.Repeated, r.GaveUp})
	require.GreaterOrEqual(t, r.Answer.P50, 50.0, "the time of the first question counts")
}

func TestRefusalsShow(t *testing.T) {
	r := run(t, deafGateway(t, "127.0.0.1:0", mqttsn.Congestion, mqttsn.Accepted))
	require.Equal(t, []int{50, 50}, []int{r.Served, r.Refused})
}

func TestDevicesGiveUp(t *testing.T) {
	c := deafGateway(t, "127.0.0.1:0", silent)
	c.Retries = 2
	r := run(t, c)
	require.Equal(t, []int{0, 50, 100, 50}, []int{r.Served, r.Unserved, r.Repeated, r.GaveUp})
}

// A gateway that is not on the IPv4 loopback interface hears each device from a socket of its own.
func TestASocketEach(t *testing.T) {
	r := run(t, deafGateway(t, "[::1]:0", mqttsn.Accepted))
	require.Equal(t, []int{50, 0, 0}, []int{r.Served, r.Unserved, r.Repeated})
}

func TestNobodyAnswers(t *testing.T) {
	c := deafGateway(t, "127.0.0.1:0", silent)
	c.Scenario, c.Retries = Idle, 1
	_, err := Run(t.Context(), c)
	require.EqualError(t, err, "no gateway answers at "+c.Gateway.String())
}

func TestSomeAreRefused(t *testing.T) {
	c := deafGateway(t, "127.0.0.1:0", mqttsn.Congestion)
	c.Scenario, c.Retries = Idle, 0
	_, err := Run(t.Context(), c)
	require.ErrorContains(t, err, "no gateway answers", "the first says it all")
}

func TestCheck(t *testing.T) {
	c := Default()
	require.NoError(t, c.Check())
	c = Config{}
	require.EqualError(t, c.Check(), `devices must be 1 to 1000000
messages must be 1 to 10000000
octets of a payload must be 16 to 1000
window must be 1 to 65535
seconds of keep-alive must be 1 to 65535
octets of the prefix must be 1 to 16
time must be more than 0
retry interval must be more than 0`)
}
