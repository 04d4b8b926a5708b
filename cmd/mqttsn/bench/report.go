package bench

import (
	"fmt"
	"io"
	"time"
)

// A Report is what was measured. What a scenario does not have is zero or nil, and not in the JSON.
type Report struct {
	Scenario Scenario  `json:"scenario"`
	Begun    time.Time `json:"begun"`
	Devices  int       `json:"devices"`
	QoS      int       `json:"qos"`
	Size     int       `json:"payload_bytes"`
	Rate     float64   `json:"offered_per_second,omitempty"` // 0: as fast as messages arrived
	Window   int       `json:"window,omitempty"`             // messages under way, without a rate

	Seconds   float64 `json:"seconds"`              // from the first message or question to the last arrival or answer
	PerSecond float64 `json:"per_second,omitempty"` // messages arrived, or devices served

	Sent       int `json:"sent,omitempty"`
	Arrived    int `json:"arrived,omitempty"`    // different messages
	Lost       int `json:"lost"`                 // sent, with QoS 0 or acknowledged or not, and never arrived
	Duplicates int `json:"duplicates"`           // arrivals of a message that had arrived before
	Served     int `json:"served,omitempty"`     // devices that got their answer
	Unserved   int `json:"unserved"`             // devices that did not
	Repeated   int `json:"repeated"`             // questions asked again for want of an answer
	GaveUp     int `json:"gave_up"`              // questions never answered
	Refused    int `json:"refused"`              // answers that said no
	ThrownOut  int `json:"thrown_out,omitempty"` // DISCONNECT from the gateway that nobody had asked for
	Malformed  int `json:"malformed,omitempty"`  // datagrams from the gateway that are no packet

	Arrival *Quantiles `json:"arrival,omitempty"` // from when a message was due until it arrived
	Answer  *Quantiles `json:"answer,omitempty"`  // from when a question was due until it was answered
	Beside  *Report    `json:"beside,omitempty"`  // devices that went on publishing during a storm
	Process *Process   `json:"process,omitempty"`
	Floor   *Report    `json:"floor,omitempty"` // the same against the least that a gateway can be
}

// A Process is what the gateway's process used.
type Process struct {
	PID             int     `json:"pid"`
	CPUSeconds      float64 `json:"cpu_seconds"`             // while Seconds passed, or while Idle and Asleep were watched
	CPUPer100k      float64 `json:"cpu_per_100k,omitempty"`  // seconds for 100,000 messages or devices
	CPUShare        float64 `json:"cpu_share"`               // of one core
	MemoryBefore    int     `json:"memory_before_bytes"`     // resident, before the devices came
	MemoryAfter     int     `json:"memory_after_bytes"`      // at the end
	MemoryPerDevice int     `json:"memory_per_device_bytes"` // the difference, shared out
}

// CPURatio is the CPU time of a message against that of the floor, 0 if one of them is unknown.
func (r *Report) CPURatio() float64 {
	if r.Process == nil || r.Floor == nil || r.Floor.Process == nil || r.Floor.Process.CPUPer100k == 0 {
		return 0
	}
	return r.Process.CPUPer100k / r.Floor.Process.CPUPer100k
}

// Print writes the report for people.
func (r *Report) Print(w io.Writer) {
	line := func(name, format string, args ...any) {
		fmt.Fprintf(w, "%-12s %s\n", name, fmt.Sprintf(format, args...))
	}
	who := "devices"
	if r.Scenario == Clients {
		who = "clients"
	}
	what := fmt.Sprintf("%d %s", r.Devices, who)
	if r.Sent > 0 {
		what += fmt.Sprintf(", QoS %d, %d octets, ", r.QoS, r.Size)
		if r.Rate > 0 {
			what += fmt.Sprintf("%.0f messages/s offered", r.Rate)
		} else {
			what += fmt.Sprintf("%d messages under way", r.Window)
		}
	}
	line(string(r.Scenario), "%s", what)
	if r.Served+r.Unserved > 0 {
		line("served", "%d in %.2f s, %.0f/s; %d not served", r.Served, r.Seconds, r.PerSecond, r.Unserved)
	}
	if r.Sent > 0 {
		line("arrived", "%d of %d in %.2f s, %.0f/s; %d lost, %d duplicates", r.Arrived, r.Sent, r.Seconds, float64(r.Arrived)/r.Seconds, r.Lost, r.Duplicates)
	}
	if r.Repeated+r.GaveUp+r.Refused+r.ThrownOut+r.Malformed > 0 {
		line("trouble", "%d questions repeated, %d never answered, %d refused; %d devices thrown out; %d malformed",
			r.Repeated, r.GaveUp, r.Refused, r.ThrownOut, r.Malformed)
	}
	for _, q := range []struct {
		name string
		*Quantiles
	}{{"arrival", r.Arrival}, {"answer", r.Answer}} {
		if q.Quantiles != nil {
			line(q.name, "p50 %.2f ms, p99 %.2f ms, max %.2f ms", q.P50, q.P99, q.Max)
		}
	}
	if b := r.Beside; b != nil {
		line("beside", "%d other devices, %d of %d publications acknowledged", b.Devices, b.Served, b.Sent)
		if b.Answer != nil {
			line("", "answer p50 %.2f ms, p99 %.2f ms, max %.2f ms", b.Answer.P50, b.Answer.P99, b.Answer.Max)
		}
	}
	if p := r.Process; p != nil {
		per := ""
		if p.CPUPer100k > 0 {
			per = fmt.Sprintf(", %.2f s for 100,000", p.CPUPer100k)
		}
		line("CPU", "%.2f s%s; %.1f %% of a core", p.CPUSeconds, per, 100*p.CPUShare)
		line("memory", "%.1f MiB, before %.1f MiB: %.2f KiB each", mebi(p.MemoryAfter), mebi(p.MemoryBefore), float64(p.MemoryPerDevice)/1024)
	}
	if f := r.Floor; f != nil && f.Process != nil {
		line("floor", "CPU %.2f s for 100,000, %.0f/s: the gateway takes %.1f times as much", f.Process.CPUPer100k,
			float64(f.Arrived)/f.Seconds, r.CPURatio())
		if f.Answer != nil {
			line("", "answer p50 %.2f ms, p99 %.2f ms, max %.2f ms", f.Answer.P50, f.Answer.P99, f.Answer.Max)
		}
	}
}

func mebi(n int) float64 { return float64(n) / (1 << 20) }
