package dtls

import "time"

// A limiter lets through so many a second on average, and as many at once.
type limiter struct {
	rate float64
	left float64
	at   time.Time
}

func newLimiter(perSecond int, now time.Time) limiter {
	return limiter{rate: float64(perSecond), left: float64(perSecond), at: now}
}

func (l *limiter) allow(now time.Time) bool {
	l.left = min(l.rate, l.left+l.rate*now.Sub(l.at).Seconds())
	l.at = now
	if l.left < 1 {
		return false
	}
	l.left--
	return true
}
