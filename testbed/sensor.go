package testbed

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// A Kind is what a sensor measures.
type Kind string

const (
	Temperature Kind = "temperature" // °C, as "21.5"
	Door        Kind = "door"        // "open" or "closed"
	Meter       Kind = "meter"       // kWh since it was built in, as "471.1234"
)

// Kinds are all that there are.
func Kinds() []Kind { return []Kind{Temperature, Door, Meter} }

// ParseKinds reads a list of kinds with commas between them. "mix" stands for all of them.
func ParseKinds(s string) (kinds []Kind, err error) {
	if s == "mix" {
		return Kinds(), nil
	}
	for word := range strings.SplitSeq(s, ",") {
		if !slices.Contains(Kinds(), Kind(word)) {
			return nil, fmt.Errorf("%q is not a kind of sensor: write temperature, door, meter or mix", word)
		}
		kinds = append(kinds, Kind(word))
	}
	return kinds, nil
}

// A Sensor gives readings. What it reads depends on its kind, its number, the seed and the time steps between readings,
// and on nothing else.
type Sensor struct {
	Kind   Kind
	Number int // from 1

	rand  *rand.Rand
	at    time.Duration // since the beginning
	value float64       // °C of deviation, 1 for an open door, kWh
	watts float64       // meter: what is being drawn
}

// NewSensor is a sensor at the beginning of time.
func NewSensor(kind Kind, number int, seed uint64) *Sensor {
	s := &Sensor{Kind: kind, Number: number, rand: rand.New(rand.NewPCG(seed, uint64(number)))}
	s.at = time.Duration(s.rand.Int64N(int64(day))) // not everywhere is it midnight
	if kind == Meter {
		s.value, s.watts = 1000*s.rand.Float64(), maxWatts*s.rand.Float64()
	}
	return s
}

const (
	day      = 24 * time.Hour
	doorMean = 30 * time.Second // how long a door stays open or closed, in the mean

	minWatts, maxWatts = 300, 3000
)

// Read gives the reading that comes a step after the one before.
func (s *Sensor) Read(step time.Duration) string {
	s.at += step
	switch s.Kind {
	case Door:
		if s.rand.Float64() < 1-math.Exp(-float64(step)/float64(doorMean)) {
			s.value = 1 - s.value
		}
		if s.value == 1 {
			return "open"
		}
		return "closed"
	case Meter:
		s.watts = min(max(s.watts*(0.9+0.2*s.rand.Float64()), minWatts), maxWatts)
		s.value += s.watts / 1000 * step.Hours()
		return fmt.Sprintf("%.4f", s.value)
	default:
		s.value = 0.95*s.value + 0.4*(s.rand.Float64()-0.5) // wanders, and comes back
		warmth := 4 * math.Sin(2*math.Pi*float64(s.at%day)/float64(day))
		return fmt.Sprintf("%.1f", 20+warmth+s.value)
	}
}
