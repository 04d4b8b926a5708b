package ledger

import (
	"cmp"
	"fmt"
	"slices"
)

// A FaultKind says which promise was broken.
type FaultKind string

// The kinds of faults.
const (
	Lost        FaultKind = "acknowledged and lost"
	Doubled     FaultKind = "QoS 2 arrived twice"
	Disordered  FaultKind = "arrived out of order"
	FalseWill   FaultKind = "will of a living device"
	MissingWill FaultKind = "will of a silent device is missing"
	DoubledWill FaultKind = "will came twice"
	Unknown     FaultKind = "arrived, and nobody published it"
	Mangled     FaultKind = "arrived changed"
	Unasked     FaultKind = "arrived where it was not subscribed to"
	Retracted   FaultKind = "QoS 2 was refused, and arrived"
	Lie         FaultKind = "acknowledged before the broker had it"
	Noticed     FaultKind = "the gateway's restart was noticed"
)

// A Fault is one broken promise.
type Fault struct {
	Kind   FaultKind
	Party  string // who has seen it, or waits
	ID     string // of the message
	Detail string
}

func (f Fault) String() string { return fmt.Sprintf("%s: %s %s %s", f.Kind, f.Party, f.ID, f.Detail) }

// A Verdict is what the ledger says in the end.
type Verdict struct {
	Published, Acknowledged, Refused, Abandoned, Open int

	Copies       int // that were owed
	Repeated     int // arrivals of QoS 1 beyond the first
	RefusedCame  int // messages of QoS 1 that were refused and arrived nevertheless
	Wills        int // of devices that fell silent
	Faults       []Fault
	faultsByKind map[FaultKind]int
}

func (v Verdict) String() string {
	s := fmt.Sprintf("%d published: %d acknowledged, %d refused, %d abandoned, %d open; %d copies owed, "+
		"%d repetitions of QoS 1, %d refused and arrived; %d wills", v.Published, v.Acknowledged, v.Refused, v.Abandoned,
		v.Open, v.Copies, v.Repeated, v.RefusedCame, v.Wills)
	for kind, n := range v.faultsByKind {
		s += fmt.Sprintf("; %s: %d", kind, n)
	}
	return s
}

// Verdict closes the books: what has not arrived by now is lost.
func (l *Ledger) Verdict() Verdict {
	l.mu.Lock()
	defer l.mu.Unlock()
	v := Verdict{Faults: slices.Clone(l.faults), faultsByKind: make(map[FaultKind]int)}
	for _, m := range l.messages {
		if m.will {
			v.judgeWill(m)
		} else {
			v.judge(m)
		}
	}
	for i := range v.Faults {
		f := &v.Faults[i]
		if m := l.messages[f.ID]; m != nil && m.will && f.Kind == Doubled {
			f.Kind = DoubledWill
		}
		v.faultsByKind[f.Kind]++
	}
	slices.SortFunc(v.Faults, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Party, b.Party), cmp.Compare(a.ID, b.ID))
	})
	return v
}

func (v *Verdict) judge(m *message) {
	v.Published++
	switch m.fate {
	case open:
		v.Open++
	case acknowledged:
		v.Acknowledged++
	case refused:
		v.Refused++
	case abandoned:
		v.Abandoned++
	}
	came := false
	for _, c := range m.copies {
		came = came || c.times > 0
		if c.qos < 2 {
			v.Repeated += max(0, c.times-1)
		}
		if m.owes(c) {
			v.Copies++
			if c.times == 0 {
				v.fault(Lost, c.receiver, m.id)
			}
		}
	}
	switch {
	case m.fate != refused || !came:
	case m.qos == 2:
		v.fault(Retracted, m.publisher, m.id)
	default:
		v.RefusedCame++
	}
}

func (v *Verdict) judgeWill(m *message) {
	if m.fate == acknowledged {
		v.Wills++
	}
	for _, c := range m.copies {
		switch {
		case m.fate != acknowledged && c.times > 0:
			v.fault(FalseWill, c.receiver, m.id)
		case m.owes(c) && c.times == 0:
			v.fault(MissingWill, c.receiver, m.id)
		}
	}
}

func (v *Verdict) fault(kind FaultKind, party, id string) {
	v.Faults = append(v.Faults, Fault{kind, party, id, ""})
}

// owes tells whether a copy must arrive. A copy of QoS 0 need not.
func (m *message) owes(c *copyFor) bool {
	return m.fate == acknowledged && c.qos > 0 && c.entitled && (c.held || !c.doubtful)
}

// Progress tells what is still to come: publications whose publishers wait, and copies that are owed and have not
// arrived. Arrivals only grows: as long as it does, it is worth waiting.
func (l *Ledger) Progress() (open, owed, arrivals int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, m := range l.messages {
		if m.fate == 0 && !m.will {
			open++
		}
		for _, c := range m.copies {
			if m.owes(c) && c.times == 0 {
				owed++
			}
		}
	}
	return open, owed, l.arrivals
}
