package gateway

import (
	"errors"
	"fmt"
	"time"

	"github.com/sirupsen/logrus"

	"mqttsn-gateway/gateway/store"
)

// openStore opens the store in dir and gives the engine back what is in it.
func (l *loop) openStore(dir string, interval time.Duration) error {
	s, err := store.Open(dir, store.Options{})
	if errors.Is(err, store.ErrLocked) {
		return fmt.Errorf("data directory %s is in use: another gateway runs with it", dir)
	}
	if err != nil {
		return fmt.Errorf("data directory %s: %w", dir, err)
	}
	begun := time.Now()
	r := l.engine.Restore(l.now())
	err = s.Load(r.Add)
	if err == nil {
		err = r.Finish(l.now(), &l.out)
	}
	if err != nil {
		s.Close()
		return fmt.Errorf("data directory %s: %w", dir, err)
	}
	l.log.WithFields(logrus.Fields{
		fieldData: dir, fieldRecords: s.Stats().Records, fieldTook: time.Since(begun).Round(time.Millisecond).String(),
	}).Info("sessions restored")
	l.committer = newCommitter(s, interval, l.log)
	return nil
}
