package mqtt

// resolveAlias replaces a topic alias that the peer has used by the name it stands for (3.3.2.3.4).
func (c *Conn) resolveAlias(p *Publish) error {
	switch {
	case p.TopicAlias == 0:
		return nil
	case p.TopicAlias > c.cfg.TopicAliasMaximum:
		return &ProtocolError{TopicAliasInvalid, "topic alias is above the maximum"} // MQTT-3.3.2-9
	case p.Topic != "":
		if c.aliases == nil {
			c.aliases = make(map[uint16]string)
		}
		c.aliases[p.TopicAlias] = p.Topic
	default:
		p.Topic = c.aliases[p.TopicAlias]
		if p.Topic == "" {
			return &ProtocolError{ProtocolViolation, "topic alias stands for nothing"}
		}
	}
	p.TopicAlias = 0
	return nil
}

// aliasesOut assigns aliases to the topics we publish to the peer: to the first ones, as many as it allows.
type aliasesOut struct {
	maximum uint16
	numbers map[string]uint16
}

// Names shorter than an alias do not get one, nor do long ones: what a connection remembers is bounded.
const (
	shortestAliased = 5
	longestAliased  = 256
)

// apply puts an alias into p where there is one. It reports whether the alias is new: then remember must follow if, and
// only if, p is sent.
func (a *aliasesOut) apply(p *Publish) (isNew bool) {
	if a.maximum == 0 || len(p.Topic) < shortestAliased || len(p.Topic) > longestAliased {
		return false
	}
	if number, ok := a.numbers[p.Topic]; ok {
		p.Topic, p.TopicAlias = "", number
		return false
	}
	if len(a.numbers) >= int(a.maximum) {
		return false
	}
	p.TopicAlias = uint16(len(a.numbers) + 1)
	return true
}

func (a *aliasesOut) remember(p *Publish) {
	if a.numbers == nil {
		a.numbers = make(map[string]uint16)
	}
	a.numbers[p.Topic] = p.TopicAlias
}
