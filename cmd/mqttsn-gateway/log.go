package main

import (
	"fmt"
	"io"
	"os"

	"github.com/sirupsen/logrus"

	"mqttsn-gateway/gateway/config"
)

// The fields that the program adds to those of package gateway.
const (
	fieldVersion = "version"
	fieldFile    = "file"
	fieldSignal  = "signal"
	fieldBytes   = "bytes"
)

// newLog makes the log that the configuration asks for.
func newLog(c config.Log, w io.Writer) *logrus.Logger {
	log := logrus.New()
	log.SetOutput(w)
	level, err := logrus.ParseLevel(c.Level)
	if err != nil {
		panic(err) // the configuration was checked
	}
	log.SetLevel(level)
	switch f, ok := w.(*os.File); {
	case c.Format == "json":
		log.SetFormatter(&logrus.JSONFormatter{})
	case ok && isJournal(f, os.Getenv("JOURNAL_STREAM")):
		log.SetFormatter(journalFormatter{&logrus.TextFormatter{DisableTimestamp: true, DisableColors: true}})
	default:
		log.SetFormatter(&logrus.TextFormatter{FullTimestamp: true})
	}
	return log
}

// A journalFormatter writes for systemd's journal, which has the time, and takes the priority from the beginning of a line:
// see sd-daemon(3). So "journalctl -p warning" shows what matters.
type journalFormatter struct{ *logrus.TextFormatter }

// priorities are those of syslog.
var priorities = map[logrus.Level]int{
	logrus.ErrorLevel: 3, logrus.WarnLevel: 4, logrus.InfoLevel: 6, logrus.DebugLevel: 7, logrus.TraceLevel: 7,
}

// Format implements logrus.Formatter.
func (f journalFormatter) Format(e *logrus.Entry) ([]byte, error) {
	text, err := f.TextFormatter.Format(e)
	return append(fmt.Appendf(nil, "<%d>", priorities[e.Level]), text...), err
}
