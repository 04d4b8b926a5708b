package main

import (
	"net"
	"net/netip"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestGoal(t *testing.T) {
	require.Equal(t, "0.50 s", goal(0.5, "%.2f s", 0.5))
	require.Equal(t, "**0.51 s**", goal(0.51, "%.2f s", 0.5), "missed")
}

func TestRow(t *testing.T) {
	var l lab
	l.row("a", 1, 2.5)
	require.Equal(t, "| a | 1 | 2.5 |\n", l.page.String())
}

func TestInAHurry(t *testing.T) {
	require.Equal(t, 100, new(lab).fewer(100))
	require.Equal(t, 10, (&lab{quick: true}).fewer(100))
	require.Equal(t, 2*time.Second, (&lab{quick: true}).shorter(10*time.Second))
}

func TestMachine(t *testing.T) {
	l := lab{bin: "nowhere", quick: true}
	l.writeMachine(time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC))
	require.Contains(t, l.page.String(), "2 January 2026, 03:04, ")
	require.Contains(t, l.page.String(), "the gateway of an unknown version.")
	require.Contains(t, l.page.String(), "not to be believed")
}

func TestFreePorts(t *testing.T) {
	a := freePort()
	taken, err := net.Listen("tcp", netip.AddrPortFrom(loopback, a+1).String())
	if err == nil {
		defer taken.Close()
	}
	require.Greater(t, freePort(), a+1, "that one is taken")
}

func TestStart(t *testing.T) {
	p, err := start(exec.Command("sh", "-c", "echo one >&2; echo ready >&2; exec sleep 60"), func(line string) bool { return line == "ready" })
	require.NoError(t, err)
	require.Positive(t, p.pid())
	p.kill()

	_, err = start(exec.Command("sh", "-c", "echo no >&2"), func(string) bool { return false })
	require.EqualError(t, err, "sh does not serve")
}
