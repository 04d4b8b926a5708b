package radio

import "sync/atomic"

// Stats is what a link has done since it was opened. Octets are those of datagrams, without the link's own framing.
type Stats struct {
	ReceivedDatagrams uint64
	ReceivedOctets    uint64
	SentDatagrams     uint64
	SentOctets        uint64

	DroppedOversize uint64 // received, but longer than the reader's buffer
	DroppedInvalid  uint64 // received, but damaged or not understood by the link
	DroppedOverflow uint64 // received, but the link's own queue was full
	SendErrors      uint64 // given to WriteBatch or Broadcast and not sent
}

// Counters is the running form of [Stats]; links embed it, and update it from any goroutine. The zero value is ready.
type Counters struct {
	receivedDatagrams, receivedOctets, sentDatagrams, sentOctets atomic.Uint64
	droppedOversize, droppedInvalid, droppedOverflow, sendErrors atomic.Uint64
}

// CountReceived counts one datagram of n octets that the reader was given.
func (c *Counters) CountReceived(n int) {
	c.receivedDatagrams.Add(1)
	c.receivedOctets.Add(uint64(n))
}

// CountSent counts one datagram of n octets that the network took.
func (c *Counters) CountSent(n int) {
	c.sentDatagrams.Add(1)
	c.sentOctets.Add(uint64(n))
}

// CountOversize counts a datagram dropped because it was longer than the reader's buffer.
func (c *Counters) CountOversize() { c.droppedOversize.Add(1) }

// CountInvalid counts a datagram, frame or handshake dropped because it was damaged or not understood.
func (c *Counters) CountInvalid() { c.droppedInvalid.Add(1) }

// CountOverflow counts a datagram dropped because the link's own queue was full.
func (c *Counters) CountOverflow() { c.droppedOverflow.Add(1) }

// CountSendError counts a datagram that could not be sent.
func (c *Counters) CountSendError() { c.sendErrors.Add(1) }

// Stats reads the counters. Each is exact; together they may be a moment apart.
func (c *Counters) Stats() Stats {
	return Stats{
		ReceivedDatagrams: c.receivedDatagrams.Load(),
		ReceivedOctets:    c.receivedOctets.Load(),
		SentDatagrams:     c.sentDatagrams.Load(),
		SentOctets:        c.sentOctets.Load(),
		DroppedOversize:   c.droppedOversize.Load(),
		DroppedInvalid:    c.droppedInvalid.Load(),
		DroppedOverflow:   c.droppedOverflow.Load(),
		SendErrors:        c.sendErrors.Load(),
	}
}
