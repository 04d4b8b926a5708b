package sim

import (
	"fmt"
	"strings"
)

// Stats is what happened in one run or in many.
type Stats struct {
	Seeds, Devices, Messages, Events int

	Published   [3]int // by QoS
	Safe        int    // messages whose publishers were told so
	Owed        int    // copies that somebody was then entitled to
	Delivered   int    // copies
	Repeated    int    // second copies with QoS 1
	Replayed    int    // retained messages to new subscribers
	Wills       int
	Losses      int // devices that the engine found lost
	Crashes     int
	Reboots     int
	Moves       int
	Wakes       int
	Sleeps      int
	MaxEffects  int // of one event
	MaxRecords  int // in one batch
	MaxInFlight int
	Exempt      [exemptions]int
}

// Add joins the figures of another run.
func (s *Stats) Add(o Stats) {
	s.Seeds += o.Seeds
	s.Devices += o.Devices
	s.Messages += o.Messages
	s.Events += o.Events
	for i := range s.Published {
		s.Published[i] += o.Published[i]
	}
	s.Safe += o.Safe
	s.Owed += o.Owed
	s.Delivered += o.Delivered
	s.Repeated += o.Repeated
	s.Replayed += o.Replayed
	s.Wills += o.Wills
	s.Losses += o.Losses
	s.Crashes += o.Crashes
	s.Reboots += o.Reboots
	s.Moves += o.Moves
	s.Wakes += o.Wakes
	s.Sleeps += o.Sleeps
	s.MaxEffects = max(s.MaxEffects, o.MaxEffects)
	s.MaxRecords = max(s.MaxRecords, o.MaxRecords)
	for i := range s.Exempt {
		s.Exempt[i] += o.Exempt[i]
	}
}

func (s Stats) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d seeds, %d devices, %d messages (%d, %d, %d with QoS 0, 1, 2), %d events\n",
		s.Seeds, s.Devices, s.Messages, s.Published[0], s.Published[1], s.Published[2], s.Events)
	fmt.Fprintf(&b, "%d were acknowledged, %d copies promised; %d copies arrived, %d of them again; %d retained ones\n",
		s.Safe, s.Owed, s.Delivered, s.Repeated, s.Replayed)
	fmt.Fprintf(&b, "%d crashes, %d reboots, %d moves, %d sleeps, %d wakes, %d devices lost, %d wills\n",
		s.Crashes, s.Reboots, s.Moves, s.Sleeps, s.Wakes, s.Losses, s.Wills)
	fmt.Fprintf(&b, "at most %d effects of one event, %d records in one batch\nexempt:", s.MaxEffects, s.MaxRecords)
	for i, n := range s.Exempt {
		fmt.Fprintf(&b, " %d %v;", n, exemption(i))
	}
	return b.String()
}
