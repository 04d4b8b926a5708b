package engine

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"time"
)

// An Applicant is a device as an operator approves it: under its client id, on one link and, where the link proves who
// sends, as one identity. The same client id from elsewhere is another applicant.
type Applicant struct {
	Client   string // client id
	Link     string // name of the link
	Identity string // proven by the link; empty where it proves nothing
}

// applicants are the devices that a rule lets in with an operator's consent only: those that have it, on disk, and those
// that have asked to connect without it, in memory.
type applicants struct {
	approved map[Applicant]uint64 // the number on disk
	waiting  map[Applicant]*ApplicantInfo
	listings bucket // who makes up client ids cannot push a device off the list that tries again now and then
}

// ApplicantInfo is a device that waits for approval.
type ApplicantInfo struct {
	Applicant
	Addr     Addr          // where it was last heard
	First    time.Duration // when it was first refused
	Last     time.Duration // and last
	Attempts int           // how often
}

// applicantKept is how long an applicant that is not heard again stays on the list, however many others come.
const applicantKept = time.Hour

func newApplicants(limit int) applicants {
	return applicants{
		approved: make(map[Applicant]uint64), waiting: make(map[Applicant]*ApplicantInfo),
		listings: newBucket(float64(limit)/applicantKept.Seconds(), float64(limit)),
	}
}

// limit sets how many may be listed.
func (l *applicants) limit(listed int) {
	l.listings.limit(float64(listed)/applicantKept.Seconds(), float64(listed))
}

// applicantAt is the device of that client id at an address, as an operator would approve it.
func (e *Engine) applicantAt(id string, a Addr, identity string) Applicant {
	return Applicant{Client: id, Link: e.cfg.Links[a.Link].Name, Identity: identity}
}

// approved reports whether an operator has let the device in.
func (e *Engine) approved(ap Applicant) bool {
	_, ok := e.applicants.approved[ap]
	return ok
}

// apply lists a device that was refused for want of approval.
func (e *Engine) apply(ap Applicant, a Addr) {
	e.stats.Unapproved++
	w := e.applicants.waiting[ap]
	if w == nil {
		if w = e.list(ap); w == nil {
			e.stats.Unlisted++
			return
		}
		e.out.note(NoteUnapproved, ap.Client, a, ap.Identity)
	}
	w.Addr, w.Last = a, e.now
	w.Attempts++
}

// list makes an entry for a new applicant; when the list is full, the one that was not heard for longest gives way. It
// returns nil if there is no room.
func (e *Engine) list(ap Applicant) *ApplicantInfo {
	l := &e.applicants
	limit := e.cfg.Device.Applicants
	if limit == 0 || !l.listings.take(e.now) {
		return nil
	}
	if len(l.waiting) >= limit {
		waiting := e.Applicants()
		delete(l.waiting, slices.MinFunc(waiting, func(a, b ApplicantInfo) int { return cmp.Compare(a.Last, b.Last) }).Applicant)
	}
	w := &ApplicantInfo{Applicant: ap, First: e.now}
	l.waiting[ap] = w
	return w
}

// Applicants lists the devices that wait for approval, in the order in which they were first refused.
func (e *Engine) Applicants() []ApplicantInfo {
	list := make([]ApplicantInfo, 0, len(e.applicants.waiting))
	for _, w := range e.applicants.waiting {
		list = append(list, *w)
	}
	slices.SortFunc(list, func(a, b ApplicantInfo) int {
		return cmp.Or(cmp.Compare(a.First, b.First), compareApplicants(a.Applicant, b.Applicant))
	})
	return list
}

// Approvals lists the devices that were approved, by client id.
func (e *Engine) Approvals() []Applicant {
	return slices.SortedFunc(maps.Keys(e.applicants.approved), compareApplicants)
}

func compareApplicants(a, b Applicant) int {
	return cmp.Or(cmp.Compare(a.Client, b.Client), cmp.Compare(a.Link, b.Link), cmp.Compare(a.Identity, b.Identity))
}

// Why Approve refuses.
var (
	ErrApproved        = errors.New("the device is approved already")
	ErrNoSuchApplicant = errors.New("no device can be approved so: it has a client id, and a link of this gateway")
	ErrApprovalsFull   = errors.New("as many devices are approved as may have sessions")
	ErrStoreFails      = errors.New("the disk takes nothing: the approval would be lost with a restart")
)

// Approve lets a device in, from now on and over restarts: it connects when it next tries. It need not have tried before.
func (e *Engine) Approve(now time.Duration, ap Applicant, out *Out) error {
	e.enter(now, out)
	known := slices.ContainsFunc(e.cfg.Links, func(l LinkConfig) bool { return l.Name == ap.Link })
	switch {
	case e.approved(ap):
		return ErrApproved
	case ap.Client == "" || len(ap.Client) > e.cfg.Device.ClientIDLength || !validClientID(ap.Client) || !known:
		return ErrNoSuchApplicant
	case len(e.applicants.approved) >= e.cfg.Device.Max:
		return ErrApprovalsFull
	case e.rec.failing:
		return ErrStoreFails
	}
	delete(e.applicants.waiting, ap)
	record := e.rec.newID()
	e.applicants.approved[ap] = record
	e.rec.put(recordApproval, record, 0, func(f *fields) {
		f.string(ap.Client)
		f.string(ap.Link)
		f.string(ap.Identity)
	})
	e.rec.whenSafe(func() {}) // soon, though nobody waits
	e.out.note(NoteApproved, ap.Client, Addr{}, ap.Link)
	return nil
}

// Dismiss takes an approval back, and an applicant off the list; a device that tries again is listed again. One that is
// connected is disconnected. Dismiss reports false if there is neither an approval nor an applicant.
func (e *Engine) Dismiss(now time.Duration, ap Applicant, out *Out) bool {
	e.enter(now, out)
	record, approved := e.applicants.approved[ap]
	_, waiting := e.applicants.waiting[ap]
	if !approved && !waiting {
		return false
	}
	delete(e.applicants.waiting, ap)
	if approved {
		delete(e.applicants.approved, ap)
		e.rec.erase(recordApproval, record, 0)
		e.rec.whenSafe(func() {})
		for _, id := range []string{ap.Client, ap.Client + senderMark + ap.Identity} {
			if d := e.devices[id]; d != nil {
				d.review()
			}
		}
	}
	e.out.note(NoteDismissed, ap.Client, Addr{}, ap.Link)
	return true
}

// restoreApproval gives back what Approve wrote.
func (e *Engine) restoreApproval(record uint64, f *fields) {
	ap := Applicant{Client: f.readString(), Link: f.readString(), Identity: f.readString()}
	e.applicants.approved[ap] = record
}
