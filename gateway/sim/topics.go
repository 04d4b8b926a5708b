package sim

import (
	"fmt"
	"strings"

	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/mqttsn/client"
)

// The topics of this world: of ten plants, by name; some that have a number; two so short that they need neither, and one
// that is too short for that; and a few that nobody subscribes to but with a wildcard.
const plants = 10

func plantTopic(i int, what string) string { return fmt.Sprintf("plant/%d/%s", i, what) }

// someTopic is one to publish to.
func someTopic(d dice) client.Topic {
	switch d.IntN(16) {
	case 0:
		return client.Predefined(uint16(1 + d.IntN(len(predefined))))
	case 1:
		return client.Short(pick(d, shortTopics))
	case 2:
		return client.Name(fmt.Sprintf("%s%d", wildPrefix, d.IntN(3)))
	case 3:
		return client.Name(oneOctet)
	}
	return client.Name(plantTopic(d.IntN(plants), pick(d, []string{"temp", "set"})))
}

const oneOctet = "k"

var shortTopics = []string{"ab", "xy"}

// someFilter is one to subscribe to, now and then with wildcards.
func someFilter(d dice) client.Topic {
	switch d.IntN(12) {
	case 0, 1:
		return client.Name("plant/+/set")
	case 2:
		return client.Name(fmt.Sprintf("plant/%d/#", d.IntN(plants)))
	case 3:
		return client.Name(wildPrefix + "+")
	case 4:
		return client.Name("+") // the short ones
	}
	for {
		if t := someTopic(d); t.Type != mqttsn.Normal || !strings.HasPrefix(t.Name, wildPrefix) {
			return t
		}
	}
}

// nameOf is the topic's name.
func nameOf(t client.Topic) string {
	if t.Type == mqttsn.Predefined {
		return predefined[t.ID]
	}
	return t.Name
}
