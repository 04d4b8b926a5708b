// Performance writes docs/performance.md: what the gateway costs on this machine, beside the least that any gateway costs
// here, and beside mosquitto.
//
//	go run ./docs/performance >docs/performance.md
//
// It starts the programs in bin/, which "make" builds, and mosquitto; loads them with package bench; and takes some ten
// minutes, in which the machine should have nothing else to do. With -quick it sends a tenth of the messages: to see that
// it works, not to be believed.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"
)

func main() {
	quick := flag.Bool("quick", false, "send a tenth of the messages")
	bin := flag.String("bin", "bin", "`folder` of the programs")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if err := run(ctx, *bin, *quick); err != nil {
		fmt.Fprintln(os.Stderr, "performance:", err)
		os.Exit(1)
	}
}

// limit is what a run may take at most.
const limit = 25 * time.Minute

// sections are the parts of the page, in order.
var sections = []struct {
	title string
	write func(context.Context, *lab) error
}{
	{"CPU time", writeCost},
	{"Many devices", writeFlat},
	{"Memory", writeMemory},
	{"Delay", writeDelay},
	{"Storms", writeStorms},
	{"Restart", writeRestart},
	{"Beside mosquitto", writeBroker},
}

func run(ctx context.Context, bin string, quick bool) error {
	l, err := openLab(bin, quick)
	if err != nil {
		return err
	}
	defer l.close()
	begun := time.Now()
	l.printf("%s", heading)
	l.writeMachine(begun)
	for _, s := range sections {
		fmt.Fprintf(os.Stderr, "%s: %s\n", time.Since(begun).Round(time.Second), s.title)
		l.printf("\n## %s\n\n", s.title)
		if err := s.write(ctx, l); err != nil {
			return fmt.Errorf("%s: %w", s.title, err)
		}
	}
	l.printf("\n%s", profile)
	fmt.Fprintf(os.Stderr, "%s: done\n", time.Since(begun).Round(time.Second))
	_, err = os.Stdout.Write(l.page.Bytes())
	return err
}
