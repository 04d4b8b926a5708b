package sim

import "testing"

func TestTell(t *testing.T) {
	if *oneSeed == 0 || *teller == "" {
		t.Skip()
	}
	tr := &trace{}
	_, f := run(*oneSeed, tr)
	for _, l := range tr.lines {
		if l.who == *teller || l.who == "" {
			t.Logf("%12.3fs  %-8s %s", l.at.Seconds(), l.who, l.text)
		}
	}
	t.Log(f)
}
