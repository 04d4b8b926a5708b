package main

import (
	"github.com/KimMachineGun/automemlimit/memlimit"
	"github.com/sirupsen/logrus"
)

// memoryShare is how much of the memory that we may have, by a container's or a unit's limit or else by what the machine
// has, the garbage collector lets us fill before it works harder. The rest is for buffers in the kernel and for others.
const memoryShare = 0.6

// limitMemory keeps the gateway from being killed on a small board while garbage is waiting to be collected. GOMEMLIMIT,
// where it is set, counts instead. The limit is soft: what is needed is never refused.
func limitMemory(log *logrus.Logger) {
	limit, err := memlimit.Set(memlimit.WithRatio(memoryShare),
		memlimit.WithProvider(memlimit.ApplyFallback(memlimit.FromCgroup, memlimit.FromSystem)))
	if err != nil {
		log.WithError(err).Debug("no memory limit: the garbage collector goes by its own pace")
		return
	}
	log.WithField(fieldBytes, limit).Debug("soft memory limit")
}
