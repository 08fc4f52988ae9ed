package google

import (
	"time"
)

// bucket is a token bucket: full at first, filled evenly.
type bucket struct {
	tokens float64
	filled time.Time
}

// spend takes one of the n calls that a quota allows in each period:
// https://developers.google.com/workspace/admin/directory/v1/limits.
func (s *Server) spend(name string, n float64, per time.Duration) error {
	now := s.now()
	b := s.buckets[name]
	if b == nil {
		b = &bucket{tokens: n, filled: now}
		s.buckets[name] = b
	}
	b.tokens = min(n, b.tokens+n*float64(now.Sub(b.filled))/float64(per))
	b.filled = now
	if b.tokens < 1 {
		return fail(403, "userRateLimitExceeded", "Quota exceeded: "+name)
	}
	b.tokens--
	return nil
}
