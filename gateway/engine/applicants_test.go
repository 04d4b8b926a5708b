package engine

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/access"
	"mqttsn-gateway/mqttsn"
)

// careful is an engine that lets in who was approved.
func careful(t *testing.T, listed int) (*Engine, *Out) {
	t.Helper()
	c := DefaultConfig("udp")
	c.Device.Applicants = listed
	all := []string{"*"}
	c.Access = access.Rules{{Clients: all, Links: all, Addresses: all, Approve: true}}
	e, err := New(c)
	require.NoError(t, err)
	return e, new(Out)
}

func knock(e *Engine, out *Out, now time.Duration, i int) {
	id := fmt.Appendf(nil, "th%d", i)
	hear(e, out, now, i, &mqttsn.Connect{ProtocolID: mqttsn.ProtocolID, Duration: 60, ClientID: id})
}

// TestApplicantsAreBounded: a flood of made-up client ids costs neither memory nor the place of a device that tries again.
func TestApplicantsAreBounded(t *testing.T) {
	e, out := careful(t, 10)
	knock(e, out, 0, 7)
	for i := range 1000 {
		knock(e, out, time.Second, 100+i)
	}
	require.Len(t, e.Applicants(), 10)
	knock(e, out, 2*time.Second, 7)
	require.Equal(t, 2, e.Applicants()[0].Attempts)
	require.EqualValues(t, 1002, e.Stats().Unapproved)
	unlisted := e.Stats().Unlisted
	require.NotZero(t, unlisted)
	for i := 1; i <= 9; i++ {
		knock(e, out, time.Duration(i)*applicantKept/10+time.Minute, 5000+i) // in the place of who was silent for longest
	}
	require.Equal(t, unlisted, e.Stats().Unlisted)
	require.Len(t, e.Applicants(), 10)
	require.Equal(t, "th7", e.Applicants()[0].Client)
	require.Equal(t, 2*time.Second, e.Applicants()[0].Last)
}

func TestApprove(t *testing.T) {
	e, out := careful(t, 10)
	knock(e, out, 0, 7)
	require.Equal(t, []string{"CONNACK congestion"}, said(t, out))
	th7 := Applicant{Client: "th7", Link: "udp"}
	list := e.Applicants()
	require.Equal(t, []ApplicantInfo{{Applicant: th7, Addr: Addr{Peer: benchPeer(7)}, Attempts: 1}}, list)

	require.NoError(t, e.Approve(time.Second, th7, out))
	require.Empty(t, e.Applicants())
	require.Equal(t, []Applicant{th7}, e.Approvals())
	require.ErrorIs(t, e.Approve(time.Second, th7, out), ErrApproved)
	require.ErrorIs(t, e.Approve(time.Second, Applicant{Client: "th8", Link: "elsewhere"}, out), ErrNoSuchApplicant)
	require.ErrorIs(t, e.Approve(time.Second, Applicant{Link: "udp"}, out), ErrNoSuchApplicant)
	e.StoreFailing(time.Second, true, out)
	require.ErrorIs(t, e.Approve(time.Second, Applicant{Client: "th8", Link: "udp"}, out), ErrStoreFails)
	e.StoreFailing(time.Second, false, out)
	e.cfg.Device.Max = 1
	require.ErrorIs(t, e.Approve(time.Second, Applicant{Client: "th8", Link: "udp"}, out), ErrApprovalsFull)

	require.True(t, e.Dismiss(time.Second, th7, out))
	require.False(t, e.Dismiss(time.Second, th7, out))
	knock(e, out, 2*time.Second, 7)
	require.True(t, e.Dismiss(2*time.Second, th7, out), "off the list")
	require.Empty(t, e.Applicants())
}
