package engine_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"mqttsn-gateway/gateway/engine"
)

// A player performs a scenario.
type player struct {
	config  engine.Config
	world   *world // nil until the first line that does something
	number  int    // of the line under way
	did     int    // of the last line that did something
	script  []string
	expects []expectation // since the line that did something
	checks  []check
}

// An expectation is a line about something that the engine sends.
type expectation struct {
	line   string
	number int
	sent
	timed  bool
	prefix bool // only the beginning of the text is given
}

// A check is a line about counters, states or the log. It returns what is instead, if it is not as the line says.
type check struct {
	line   string
	number int
	verb   string
	args   []string
}

// A misfit is a line that does not fit, and what was played so far.
type misfit struct {
	number     int
	transcript string
}

func (m *misfit) Error() string {
	return "the engine does otherwise (- expected, + seen)\n" + m.transcript
}

// play performs the scenario and returns the transcript up to the first line that does not fit.
func play(name, text string, durable bool) error {
	p := &player{config: newConfig()}
	p.config.Durable = durable
	err := p.play(text)
	if m := new(misfit); errors.As(err, &m) {
		p.number = m.number
	}
	if err != nil {
		return fmt.Errorf("%s:%d: %w", name, p.number, err)
	}
	return nil
}

func (p *player) play(text string) error {
	for line := range strings.Lines(text) {
		p.number++
		list, err := splitLine(line)
		if err == nil && len(list) > 0 {
			err = p.line(strings.Join(list, " "), list)
		}
		if err != nil {
			return err
		}
	}
	return p.settle()
}

func (p *player) line(line string, list []string) error {
	verb, args := list[0], list[1:]
	if len(args) == 0 && verb != "shutdown" && verb != "restart" {
		return fmt.Errorf("%s what?", verb)
	}
	if verb == "config" {
		if p.world != nil {
			return errors.New("settings come before everything else")
		}
		p.script = append(p.script, line)
		return configure(&p.config, args)
	}
	if short, err := p.expand(verb, args); short || err != nil {
		return err
	}
	switch kindOf(verb) {
	case "at", "gateway", "broadcast", "routed", "to", "uplink":
		return p.expect(line, list)
	case "counts", "devices", "logged":
		p.checks = append(p.checks, check{line, p.number, verb, args})
		return nil
	}
	if err := p.settle(); err != nil {
		return err
	}
	if p.world == nil {
		w, err := newWorld(p.config)
		if err != nil {
			return err
		}
		p.world = w
	}
	p.script, p.did = append(p.script, line), p.number
	return p.world.do(verb, args)
}

// expand performs the lines that stand for several.
func (p *player) expand(verb string, args []string) (bool, error) {
	if len(args) < 2 {
		return false, nil
	}
	who, rest := args[0], strings.Join(args[2:], " ")
	var lines []string
	switch verb + " " + args[1] {
	case "client connects":
		lines = []string{
			"client " + who + " CONNECT client=" + who + " clean " + rest,
			"to " + who + " CONNACK receive-maximum=100",
		}
	case "client subscribes":
		lines = []string{
			"client " + who + " SUBSCRIBE id=1 " + rest,
			"to " + who + " SUBACK ...",
		}
	case "uplink connects", "uplink resumes":
		connack := "broker " + who + " CONNACK "
		if args[1] == "resumes" {
			connack += "present "
		}
		lines = []string{"uplink " + who + " dial", "broker " + who + " accepts", "uplink " + who + " CONNECT ...", connack + rest}
	}
	for _, line := range lines {
		list, err := splitLine(line)
		if err != nil {
			return true, err
		}
		if err := p.line(line, list); err != nil {
			return true, err
		}
	}
	return lines != nil, nil
}

// expect notes what the engine should have sent.
func (p *player) expect(line string, list []string) error {
	ex := expectation{line: line, number: p.number}
	if list[0] == "at" {
		d, err := time.ParseDuration(list[1])
		if err != nil || len(list) < 4 {
			return fmt.Errorf("%s: at what time, who, what?", line)
		}
		ex.timed, ex.at, list = true, d, list[2:]
	}
	var err error
	if list[len(list)-1] == "..." {
		ex.prefix, list = true, list[:len(list)-1]
		ex.to, ex.text = list[0]+" "+list[1], strings.Join(list[2:], " ")
	} else {
		ex.sent, err = parseSent(p.config, list, ex.at)
	}
	p.expects = append(p.expects, ex)
	return err
}

// settle compares what the engine has sent since the last line that did something with what the scenario says.
func (p *player) settle() error {
	expects, checks := p.expects, p.checks
	p.expects, p.checks = nil, nil
	if p.world == nil {
		if len(expects) > 0 || len(checks) > 0 {
			return errors.New("nothing has happened yet")
		}
		return nil
	}
	all := p.world.sent
	p.world.sent = nil
	bad := 0 // the first line that does not fit
	misfits := func(number int, lines ...string) {
		p.script = append(p.script, lines...)
		if bad == 0 {
			bad = number
		}
	}
	for _, ex := range expects {
		i := slices.IndexFunc(all, func(s sent) bool { return s.to == ex.to })
		switch {
		case ex.text == silence:
			p.script = append(p.script, ex.line)
			continue
		case i < 0:
			misfits(ex.number, "- "+ex.line)
			continue
		case ex.fits(all[i]):
			p.script = append(p.script, ex.line)
		default:
			misfits(ex.number, "- "+ex.line, "+ "+all[i].show(ex.timed))
		}
		all = slices.Delete(all, i, i+1)
	}
	for _, s := range all {
		misfits(p.did, "+ "+s.show(s.at > 0))
	}
	for _, c := range checks {
		if is := p.world.check(c.verb, c.args); is != "" {
			misfits(c.number, "- "+c.line, "+ "+is)
		} else {
			p.script = append(p.script, c.line)
		}
	}
	p.world.notes = nil
	if bad > 0 {
		return &misfit{bad, p.transcript()}
	}
	return nil
}

func (p *player) transcript() string {
	var b strings.Builder
	for _, line := range p.script {
		indent := "      "
		if strings.HasPrefix(line, "- ") || strings.HasPrefix(line, "+ ") {
			indent = "    "
		}
		fmt.Fprintln(&b, indent+line)
	}
	return strings.TrimRight(b.String(), "\n")
}
